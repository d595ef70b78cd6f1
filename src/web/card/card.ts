import type { LiveMessage } from "../../contract/card-v1/live.ts";
import { enlargeOnTap } from "./big-code.ts";
import { LiveLink } from "./live-link.ts";
import { refresh, showBalances, shownSeq, shownSummary } from "./now.ts";

// The script of a card page. The page is whole without it.

const RETRY_MS = 2_000;
/** A connection that is back sooner is not worth a word. */
const OFFLINE_AFTER_MS = 3_000;

const main = document.querySelector<HTMLElement>("main[data-base]");
const status = document.getElementById("status");
if (main !== null && status !== null) start(main.dataset["base"] ?? "", status);

function start(base: string, line: HTMLElement): void {
  let current = new Date();
  let offline = 0;
  let busy = false;
  let wanted = false;

  const say = (text: string) => {
    line.textContent = text;
  };

  /** Brings the page up to date; changes that come meanwhile are fetched by one more round. */
  async function update(announce: boolean): Promise<void> {
    wanted = true;
    if (busy) return;
    busy = true;
    try {
      while (wanted) {
        wanted = false;
        if ((await refresh(base)) === "ended") return location.reload();
      }
      current = new Date();
      line.classList.remove("offline");
      say(announce ? `${line.dataset["updated"]}: ${shownSummary()}` : "");
    } catch {
      setTimeout(() => void update(announce), RETRY_MS);
    } finally {
      busy = false;
    }
  }

  function onMessage(message: LiveMessage): void {
    if (message.seq <= shownSeq()) return;
    if (message.type === "booked") showBalances(message.wallet);
    void update(true);
  }

  function onConnected(connected: boolean): void {
    clearTimeout(offline);
    if (connected) {
      line.classList.remove("offline");
      return say("");
    }
    offline = setTimeout(() => {
      const time = current.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      line.classList.add("offline");
      say((line.dataset["offline"] ?? "").replace("{time}", time));
    }, OFFLINE_AFTER_MS);
  }

  const link = new LiveLink(`${location.origin.replace(/^http/, "ws")}${base}/live`, {
    onMessage,
    onConnected,
    onEnd: () => location.reload(),
  });
  const look = () => {
    if (document.visibilityState !== "visible") return;
    link.open();
    link.check();
  };
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  addEventListener("pageshow", look);
  enlargeOnTap();
  look();
}

import type { LiveBalance } from "../../contract/card-v1/live.ts";

// The part of the page that changes with every booking. The server renders it; this puts it in place and shows what is new.

/** What the page shows of the account. */
export function shownSeq(): number {
  return Number(part().dataset["seq"]);
}

/** The new numbers at once. Words, stamps and rewards follow with what the server renders. */
export function showBalances(wallet: readonly LiveBalance[]): void {
  const format = new Intl.NumberFormat(document.documentElement.lang);
  for (const { unit, available } of wallet) {
    const shown = part().querySelector(`[data-unit="${CSS.escape(unit)}"]`);
    if (shown !== null) showChanged(shown, format.format(available));
  }
}

export type Fetched = "shown" | "ended";

/**
 * Fetches the part anew and shows what has changed.
 *
 * @throws when the server cannot be reached
 */
export async function refresh(base: string): Promise<Fetched> {
  const answer = await fetch(`${base}/now?in=${document.documentElement.lang}`, { cache: "no-store" });
  if (answer.status >= 500) throw new Error(`the server answered ${answer.status}`);
  if (!answer.ok) return "ended";
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>("#now");
  // An answer may be overtaken by a later one.
  if (fresh !== null && Number(fresh.dataset["seq"]) >= shownSeq()) swap(fresh);
  return "shown";
}

function swap(fresh: HTMLElement): void {
  const old = part();
  for (const balance of fresh.querySelectorAll("[data-unit]")) markBalance(old, balance);
  for (const card of fresh.querySelectorAll("[data-stamps]")) markStamps(old, card);
  const before = old.querySelector(".history li")?.textContent;
  const [first] = fresh.querySelectorAll(".history li");
  if (first !== undefined && before !== first.textContent) first.classList.add("new");
  old.replaceWith(fresh);
}

function markBalance(old: HTMLElement, balance: Element): void {
  const before = old.querySelector(`[data-unit="${CSS.escape(balance.getAttribute("data-unit") ?? "")}"]`);
  const changed = before !== null && before.textContent !== balance.textContent;
  if (changed || before?.classList.contains("changed") === true) balance.classList.add("changed");
}

/** New stamps are pressed on one after the other. */
function markStamps(old: HTMLElement, card: Element): void {
  const unit = CSS.escape(card.getAttribute("data-stamps") ?? "");
  const filledIn = (place: Element | null) =>
    Number(place?.querySelector("[data-filled]")?.getAttribute("data-filled"));
  const before = filledIn(old.querySelector(`[data-stamps="${unit}"]`));
  const after = filledIn(card);
  // Fewer than before: a full card was used or a new one begun, and every stamp on it is new or none.
  const from = after < before ? after : before;
  card.querySelectorAll(".stamp.on").forEach((stamp, index) => {
    if (index >= from) stamp.classList.add("new");
  });
}

function showChanged(element: Element, text: string): void {
  if (element.textContent === text) return;
  element.textContent = text;
  element.classList.add("changed");
}

function part(): HTMLElement {
  const element = document.getElementById("now");
  if (element === null) throw new Error("the page has no #now");
  return element;
}

/** What the page shows, in one sentence. */
export function shownSummary(): string {
  return part().dataset["summary"] ?? "";
}

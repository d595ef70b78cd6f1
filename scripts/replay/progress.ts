/** Shows how far a long job is. */
export interface Progress {
  begin(what: string, total: number): void;
  /** One more is done. */
  tick(): void;
  end(): void;
}

export const NO_PROGRESS: Progress = { begin: () => undefined, tick: () => undefined, end: () => undefined };

const BAR = 28;
/** How often a terminal is redrawn, and how often a log gets a line. */
const REDRAW_MS = 100;
const LOG_MS = 5000;

/** A bar with its rate that redraws itself on a terminal, and a line now and then elsewhere. */
export class BarProgress implements Progress {
  readonly #out: { readonly isTTY?: boolean; write(text: string): unknown };
  #what = "";
  #total = 0;
  #done = 0;
  #began = 0;
  #shown = 0;

  constructor(out: { readonly isTTY?: boolean; write(text: string): unknown }) {
    this.#out = out;
  }

  begin(what: string, total: number): void {
    this.#what = what;
    this.#total = total;
    this.#done = 0;
    this.#began = performance.now();
    this.#shown = this.#began;
    if (this.#out.isTTY === true) this.#show(this.#began);
  }

  tick(): void {
    this.#done += 1;
    const now = performance.now();
    if (now - this.#shown >= (this.#out.isTTY === true ? REDRAW_MS : LOG_MS)) this.#show(now);
  }

  end(): void {
    this.#show(performance.now());
    if (this.#out.isTTY === true) this.#out.write("\n");
  }

  #show(now: number): void {
    this.#shown = now;
    const text = progressText({ what: this.#what, done: this.#done, total: this.#total, ms: now - this.#began });
    this.#out.write(this.#out.isTTY === true ? `\r${bar(this.#done, this.#total)} ${text}\u001b[K` : `${text}\n`);
  }
}

function bar(done: number, total: number): string {
  const full = total === 0 ? BAR : Math.floor((BAR * done) / total);
  return `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
}

/** "sending 1,200 of 2,400, 480/s, 3 s left". */
export function progressText(at: { what: string; done: number; total: number; ms: number }): string {
  const count = `${at.what} ${at.done.toLocaleString("en-GB")} of ${at.total.toLocaleString("en-GB")}`;
  if (at.done === 0 || at.ms <= 0) return count;
  const rate = (at.done * 1000) / at.ms;
  const left = at.done === at.total ? "" : `, ${Math.ceil((at.total - at.done) / rate)} s left`;
  return `${count}, ${Math.round(rate).toLocaleString("en-GB")}/s${left}`;
}

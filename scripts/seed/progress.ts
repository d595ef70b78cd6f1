const WIDTH = 28;
const REDRAW_MS = 100;
const PLAIN_STEP = 0.2;

/** Shows how far a long job is: a bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  readonly #out: NodeJS.WriteStream;
  readonly #started = performance.now();
  #done = 0;
  #drawn_at = Number.NEGATIVE_INFINITY;
  #told = 0;

  constructor(label: string, total: number, out: NodeJS.WriteStream = process.stdout) {
    this.#label = label;
    this.#total = Math.max(1, total);
    this.#out = out;
    this.#show();
  }

  step(): void {
    this.#done += 1;
    this.#show();
  }

  /** Ends the bar; what is printed next begins on a line of its own. */
  end(): void {
    if (this.#out.isTTY) this.#draw();
    if (this.#out.isTTY) this.#out.write("\n");
  }

  #show(): void {
    if (this.#out.isTTY) {
      const now = performance.now();
      if (now - this.#drawn_at < REDRAW_MS) return;
      this.#drawn_at = now;
      this.#draw();
      return;
    }
    const share = this.#done / this.#total;
    if (this.#done !== this.#total && share < this.#told) return;
    if (this.#told > 1) return;
    this.#told = this.#done === this.#total ? 2 : Math.floor(share / PLAIN_STEP) * PLAIN_STEP + PLAIN_STEP;
    this.#out.write(`${this.#text()}\n`);
  }

  #draw(): void {
    const filled = Math.round((this.#done / this.#total) * WIDTH);
    this.#out.write(`\r${this.#text(`[${"█".repeat(filled)}${"·".repeat(WIDTH - filled)}] `)}\u001b[K`);
  }

  #text(bar = ""): string {
    const percent = String(Math.floor((this.#done / this.#total) * 100)).padStart(3);
    const seconds = Math.round((performance.now() - this.#started) / 1000);
    return `${this.#label} ${bar}${percent} %  ${this.#done}/${this.#total}  ${seconds} s`;
  }
}

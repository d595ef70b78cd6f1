/** What must be stopped or removed when the bench ends, however it ends. The last that came goes first. */
export class Closing {
  readonly #closers: (() => unknown)[] = [];

  add(closer: () => unknown): void {
    this.#closers.push(closer);
  }

  /** Closes everything, once; one that fails does not keep the others open. */
  async close(): Promise<void> {
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (error) {
        console.error(`could not be closed: ${String(error)}`);
      }
    }
  }
}

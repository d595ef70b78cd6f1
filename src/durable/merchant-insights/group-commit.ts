/** How long work waits for more of its kind. Bookings come after the till's answer, so that nobody waits with it. */
const GATHER_MS = 20;

type Transaction = <Value>(run: () => Value) => Value;

/**
 * Does in one turn what comes within a few milliseconds: what is written in one turn waits for the disk once, however many
 * accounts have sold. Each piece is a transaction of its own; one that throws undoes itself alone.
 */
export class GroupCommit {
  readonly #transaction: Transaction;
  #gathered: (() => void)[] = [];

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  run<Value>(work: () => Value): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.#gathered.push(() => {
      try {
        resolve(this.#transaction(work));
      } catch (error) {
        reject(error);
      }
    });
    if (this.#gathered.length === 1) setTimeout(() => this.#commit(), GATHER_MS);
    return promise;
  }

  #commit(): void {
    const pieces = this.#gathered;
    this.#gathered = [];
    for (const piece of pieces) piece();
  }
}

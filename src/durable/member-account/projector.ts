import { Buffer } from "node:buffer";
import { COALESCE_MS, retryAt } from "../../domain/insights/schedule.ts";
import { InsightsClient } from "../merchant-insights/client.ts";
import type { LedgerRow } from "../merchant-insights/protocol.ts";
import { giverOf } from "./deliver.ts";
import type { LedgerStore } from "./store.ts";

/** Rows, and characters of bodies, that travel in one call. */
const ROWS_MAX = 100;
const CHARS_MAX = 500_000;
/** Calls of one delivery; a longer backlog is left to the alarm. */
const CALLS_MAX = 50;
/** Bookings within this time of each other make an account a busy one. */
const BUSY_MS = 30_000;

export interface ProjectorDeps {
  readonly ctx: DurableObjectState;
  readonly env: Pick<Env, "MERCHANT_INSIGHTS">;
  readonly store: LedgerStore;
  /** Called when a delivery outside the alarm has failed: the alarm must see to it. */
  readonly onFailure: () => Promise<void>;
}

/**
 * Brings the account's bookings to the merchant's insights. The ledger itself is the outbox, and how far insights has come
 * is what insights answers: nothing is stored here. Deliveries never hold up a command and never fail one.
 */
export class Projector {
  readonly #deps: ProjectorDeps;
  /** The first booking that is not known to have arrived; null while this instance does not know. */
  #next: number | null = null;
  #newest = 0;
  #noted_ms = 0;
  #busy = false;
  #sent_ms = 0;
  #waiting = false;
  #running: Promise<boolean> | null = null;
  #failures = 0;
  #failing_since_ms: number | null = null;
  #retry_ms = 0;

  constructor(deps: ProjectorDeps) {
    this.#deps = deps;
  }

  /** Whether there are bookings that are not known to have arrived, as far as this instance can tell. */
  get undelivered(): boolean {
    return this.#failing_since_ms !== null || (this.#next !== null && this.#next <= this.#newest);
  }

  get busy(): boolean {
    return this.#busy;
  }

  /**
   * When to try again after a failure; null when the last delivery went well. Kept until it has come: failures of the
   * meantime that each drew an earlier time would each set the alarm, and every setting is billed.
   */
  retryAt(now_ms: number): number | null {
    if (this.#failing_since_ms === null) return null;
    if (this.#retry_ms <= now_ms) this.#retry_ms = retryAt(now_ms, this.#failing_since_ms, Math.random());
    return this.#retry_ms;
  }

  /** Takes note of new bookings; they leave right after the answer, and those that follow at once leave together. */
  note({ from, through }: { readonly from: number; readonly through: number }, now_ms: number): void {
    this.#next ??= from;
    this.#newest = through;
    this.#busy = now_ms - this.#noted_ms < BUSY_MS;
    this.#noted_ms = now_ms;
    this.#leaveSoon(now_ms);
  }

  #leaveSoon(now_ms: number): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => this.#deps.ctx.waitUntil(this.#leave()), now_ms - this.#sent_ms < COALESCE_MS ? COALESCE_MS : 0);
  }

  async #leave(): Promise<void> {
    this.#waiting = false;
    this.#sent_ms = Date.now();
    if (!this.undelivered) return;
    if (!(await this.drain())) await this.#deps.onFailure();
    else if (this.undelivered) this.#leaveSoon(Date.now());
  }

  /**
   * Delivers what is booked by now; answers whether it has arrived. What is booked meanwhile waits for the next time.
   * Never throws: a failure is logged and tried again.
   */
  async drain(): Promise<boolean> {
    // A delivery under way may have begun before the newest booking.
    if (this.#running !== null && !(await this.#running)) return false;
    this.#running ??= this.#deliver().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /**
   * The account is about to be deleted: insights hears all of it, and then that it is gone.
   *
   * @throws when insights cannot be reached; the account must stay until it can
   */
  async close(at_ms: number): Promise<void> {
    if (!(await this.drain())) throw new Error("insights has not heard everything of an account that is to be deleted");
    const name = giverOf(this.#deps.ctx.id.name);
    await this.#client().close({ account: name.id, at_ms });
    this.#next = null;
  }

  async #deliver(): Promise<boolean> {
    try {
      const through = this.#deps.store.head()?.seq ?? 0;
      this.#newest = through;
      for (let calls = 0; calls < CALLS_MAX; calls += 1) {
        if (this.#next !== null && this.#next > through) return this.#succeed();
        await this.#send();
      }
    } catch (error) {
      this.#fail(error);
    }
    return false;
  }

  /** One call. Without knowing what has arrived it brings nothing and asks. */
  async #send(): Promise<void> {
    const { id: account } = giverOf(this.#deps.ctx.id.name);
    const rows = this.#next === null ? [] : this.#rowsFrom(this.#next);
    const { seq } = await this.#client().push({ account, rows, failed_attempts: this.#failures });
    const sent = this.#next;
    // What was brought may not continue what has arrived: then insights names the place, and that is where to go on.
    this.#next = seq + 1;
    if (rows.length > 0 && sent === this.#next) throw new Error(`insights did not take booking ${sent}`);
  }

  #rowsFrom(first: number): LedgerRow[] {
    const rows = this.#deps.store.chain(first - 1, ROWS_MAX);
    let chars = 0;
    const fitting = rows.findIndex(({ body }) => (chars += body.length) > CHARS_MAX);
    return rows
      .slice(0, fitting === -1 ? rows.length : Math.max(1, fitting))
      .map(({ seq, body, hash }) => ({ seq, body, hash_hex: Buffer.from(hash).toString("hex") }));
  }

  #succeed(): true {
    this.#failures = 0;
    this.#failing_since_ms = null;
    this.#retry_ms = 0;
    return true;
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    this.#failing_since_ms ??= Date.now();
    const reason = error instanceof Error ? error.message : String(error);
    const { name } = this.#deps.ctx.id;
    console.log(
      JSON.stringify({ event: "projection_failed", account: name, attempt: this.#failures, next: this.#next, reason }),
    );
  }

  #client(): InsightsClient {
    return new InsightsClient(this.#deps.env.MERCHANT_INSIGHTS, giverOf(this.#deps.ctx.id.name));
  }
}

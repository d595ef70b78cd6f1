import { Stripe } from "stripe";
import { StripeError } from "./http/errors.ts";
import type { Delivery, DoubleState, Due } from "./state.ts";
import type { DoubleEvent } from "./wire.ts";

/** Newest events kept; Stripe keeps thirty days of them. */
const EVENTS_MAX = 2_000;

/** The state with a clock and with ways to find, name and announce things in it. */
export class World {
  readonly state: DoubleState;
  /** Where its pages are: `https://host/path` without a slash at the end. */
  readonly pages: string;
  readonly #machineNow: () => number;
  /** While time is being moved, the instant it stands at. */
  #moment: number | null = null;

  constructor(state: DoubleState, pages: string, machineNow: () => number) {
    this.state = state;
    this.pages = pages;
    this.#machineNow = machineNow;
  }

  /** Seconds since 1970. */
  get now(): number {
    return this.#moment ?? Math.floor(this.#machineNow() / 1000) + this.state.clock_offset;
  }

  /** Runs something as if it were another time. */
  at(moment: number, run: () => void): void {
    this.#moment = moment;
    try {
      run();
    } finally {
      this.#moment = null;
    }
  }

  newId(prefix: string): string {
    this.state.seq += 1;
    const noise = crypto
      .getRandomValues(new Uint8Array(6))
      .reduce((text, byte) => text + byte.toString(36).padStart(2, "0"), "");
    return `${prefix}_double${this.state.seq.toString(36).padStart(4, "0")}${noise}`;
  }

  /** @throws StripeError as Stripe says that it has no such thing */
  find<Row>(table: Readonly<Record<string, Row>>, kind: string, id: string): Row {
    const row = table[id];
    if (row === undefined) {
      throw new StripeError(404, { code: "resource_missing", message: `No such ${kind}: '${id}'`, param: "id" });
    }
    return row;
  }

  /** Announces a change: an event with a copy of the object, waiting to be delivered. */
  emit(type: Stripe.Event["type"], object: object): void {
    const event: DoubleEvent = {
      id: this.newId("evt"),
      object: "event",
      api_version: Stripe.API_VERSION,
      created: this.now,
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
      data: { object: structuredClone(object) },
    };
    const delivery: Delivery = { event: event.id, attempts: 0, delivered: false, last_status: null };
    this.state.events = [...this.state.events, event].slice(-EVENTS_MAX);
    this.state.deliveries = [...this.state.deliveries, delivery].slice(-EVENTS_MAX);
  }

  /** Something will happen by itself; whatever of the kind stood for the same thing before does not. */
  schedule(due: Due): void {
    this.cancel(due.what, due.id);
    this.state.due.push(due);
  }

  cancel(what: Due["what"], id: string): void {
    this.state.due = this.state.due.filter((due) => due.what !== what || due.id !== id);
  }
}

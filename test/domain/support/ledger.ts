import assert from "node:assert/strict";
import type { Actor, BookingBody, SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import { encodeBody } from "../../../src/domain/ledger/chain.ts";
import type { Command, EstateCommand, History, HoldEnd, SaleBooking } from "../../../src/domain/ledger/command.ts";
import type { GiftDay } from "../../../src/domain/ledger/dated-gift.ts";
import { finishDraft, plainDraft, type Stamp } from "../../../src/domain/ledger/draft.ts";
import { sumParts } from "../../../src/domain/ledger/lot.ts";
import { isDue, settle } from "../../../src/domain/ledger/due.ts";
import { applyBooking, foldBookings } from "../../../src/domain/ledger/fold.ts";
import { brokenInvariants } from "../../../src/domain/ledger/invariants.ts";
import { isSaleMeant } from "../../../src/domain/ledger/natural-key.ts";
import { type Plan, plan, type PlannedBooking } from "../../../src/domain/ledger/plan.ts";
import { planEstate } from "../../../src/domain/ledger/plan-estate.ts";
import { type Refusal, STORED_REFUSALS } from "../../../src/domain/ledger/refusal.ts";
import { type AccountState, inBucket, unitState } from "../../../src/domain/ledger/state.ts";
import type { CompiledProgram } from "../../../src/domain/program/compile.ts";
import type { Result } from "../../../src/domain/result.ts";
import type { AccountKind } from "../../../src/domain/tenancy/account-id.ts";
import { NOW_MS } from "./clock.ts";
import { deepFreeze } from "./freeze.ts";
import { sha256Hex } from "./hash.ts";

export const OBJECT_NAME = "live:e0000000:member:m000000000000000";

export interface Asked {
  readonly till?: string;
  /** The programme version in force; the newest unless said otherwise. */
  readonly version?: number;
  readonly idem?: string;
}

interface Row {
  readonly text: string;
  readonly body: BookingBody;
  readonly idem: string | null;
}

/**
 * An account as its object keeps it, on a list instead of SQL: bodies as JSON text, unique keys, refusals of the ledger
 * stored. It holds every write to the rules that a database would enforce and every state to its invariants.
 */
export class Ledger {
  readonly rows: Row[] = [];
  readonly programs = new Map<number, CompiledProgram>();
  now_ms = NOW_MS;
  state: AccountState;
  readonly #naturalKeys = new Map<string, number>();
  #asked = 0;

  constructor(program: CompiledProgram, kind: AccountKind = "member") {
    this.publish(program);
    const card_no = kind === "member" ? 1 : null;
    const opened = finishDraft(
      null,
      plainDraft({ type: "opened", object: OBJECT_NAME, account_kind: kind, card_no }),
      this.#stamp("till_1"),
    );
    this.state = deepFreeze(applyBooking(null, opened));
    this.#write({ body: opened, idem: null, natural_key: null, frees: null });
  }

  publish(program: CompiledProgram): void {
    this.programs.set(program.version, program);
  }

  get bodies(): BookingBody[] {
    return this.rows.map((row) => row.body);
  }

  /** What the command would write, without writing it. */
  preview(command: Command, asked: Asked = {}): Result<Plan, Refusal> {
    return this.#plan(command, asked, asked.idem ?? `key ${this.#asked + 1}`);
  }

  /** Decides a command and writes what was decided; a refusal that the ledger keeps is written too. */
  run(command: Command, asked: Asked = {}): Result<Plan, Refusal> {
    this.#asked += 1;
    const idem = asked.idem ?? `key ${this.#asked}`;
    const planned = this.#plan(command, asked, idem);
    if (planned.ok) {
      this.take(planned.value);
    } else if (STORED_REFUSALS.has(planned.error.code)) {
      const draft = plainDraft({ type: "refused", refusal: planned.error, parked: null });
      this.#writeAlone(draft, idem, asked.till ?? "till_1");
    }
    return planned;
  }

  /** Writes what was planned outside of {@link run}. */
  take(planned: Plan): void {
    for (const booking of planned.bookings) this.#write(booking);
    this.#become(planned.state);
  }

  /** A step between accounts that must be accepted. */
  step(command: EstateCommand): void {
    const planned = planEstate(this.state, command, this.#stamp(null));
    if (!planned.ok) throw new Error(`refused: ${JSON.stringify(planned.error)}`);
    this.take(planned.value);
  }

  /** Runs a command that must be accepted and gives the booking that answers it. */
  must(command: Command, asked: Asked = {}): BookingBody {
    const planned = this.run(command, asked);
    if (!planned.ok) throw new Error(`refused: ${JSON.stringify(planned.error)}`);
    const answer = planned.value.bookings[planned.value.answer]?.body;
    assert(answer !== undefined, "the plan has an answer");
    return answer;
  }

  /** Runs a command that must be refused and gives the refusal. */
  refuses(command: Command, asked: Asked = {}): Refusal {
    const before = this.balances();
    const planned = this.run(command, asked);
    if (planned.ok) throw new Error(`expected a refusal, got ${JSON.stringify(planned.value.bookings)}`);
    assert.deepEqual(this.balances(), before, "a refusal moves nothing");
    return planned.error;
  }

  /** What the object's alarm books. */
  alarm(): void {
    if (!isDue(settle(this.state, this.now_ms).due)) return;
    this.#writeAlone(plainDraft({ type: "due" }), null, null);
  }

  available(unit = "points"): number {
    return this.inBucket("available", unit);
  }
  held(unit = "points"): number {
    return this.inBucket("held", unit);
  }
  inBucket(bucket: "available" | "held", unit: string): number {
    return inBucket(unitState(settle(this.state, this.now_ms).state, unit), bucket);
  }

  /** Every unit's free amount that is not zero, as a read at this moment shows it. */
  balances(): Record<string, number> {
    return balancesOf(settle(this.state, this.now_ms).state);
  }

  /** Every unit's amount that is not zero, free, waiting and reserved together. */
  totals(): Record<string, number> {
    const { units } = settle(this.state, this.now_ms).state;
    const all = Object.entries(units).map(([unit, { lots }]) => [unit, sumParts(lots)] as const);
    return Object.fromEntries(all.filter(([, amount]) => amount !== 0));
  }

  /** The remainder of a spend rule, in its own sub-units. */
  remainder(rule = "ear_spend"): number {
    return this.state.remainders[rule]?.value ?? 0;
  }

  /** The state from the stored text alone. */
  refolded(): AccountState | null {
    return foldBookings(
      null,
      this.rows.map((row) => decode(row.text)),
    );
  }

  /** What the account knows of the member's birthday. */
  gift_day: GiftDay | null = null;

  readonly history: History = {
    sale: (seq) => {
      const found = this.bodies.find((body) => body.seq === seq);
      if (found === undefined || !isSale(found)) return null;
      const last = this.bodies.findLast((body) => body.type === "return" && body.origin === null && body.sale === seq);
      return { sale: found, last_return: last ?? null };
    },
    findSale: (wanted) => this.#findSale(wanted),
    holdEnd: (seq) => this.#holdEnd(seq),
    foreignReturn: (origin, seq) =>
      this.bodies.findLast((body) => body.type === "return" && body.origin === origin && body.sale === seq) ?? null,
  };

  /** Sales that still count go before wholly returned ones; among several the newest. */
  #findSale(wanted: SaleByReceipt): number | null {
    const fits = (body: BookingBody) =>
      isSale(body) &&
      isSaleMeant(
        {
          receipt: body.sale.receipt,
          business_date: body.sale.business_date,
          till: body.by.kind === "till" ? body.by.till : "",
          register: body.sale.register,
        },
        wanted,
      );
    const open = new Set(this.#naturalKeys.values());
    const fitting = this.bodies.filter(fits);
    return (fitting.findLast((body) => open.has(body.seq)) ?? fitting.at(-1))?.seq ?? null;
  }

  /** As far as bookings tell: a hold whose time has passed unbooked has not ended here yet. */
  #holdEnd(seq: number): HoldEnd | null {
    for (const body of this.bodies) {
      if (body.expired_holds?.includes(seq) === true) return "expired";
      if (body.type === "hold_captured" && body.hold === seq) return "captured";
      if (body.type === "hold_cancelled" && body.hold === seq) return "cancelled";
      if (body.type === "sale" && body.captures.some((capture) => capture.hold === seq)) return "captured";
    }
    return null;
  }

  #plan(command: Command, asked: Asked, idem: string): Result<Plan, Refusal> {
    const version = asked.version ?? Math.max(...this.programs.keys());
    const program = this.programs.get(version);
    if (program === undefined) throw new Error(`no programme ${version}`);
    const till = asked.till ?? "till_1";
    return plan(this.state, deepFreeze(command), {
      program,
      programOf: (wanted) => this.programs.get(wanted) ?? null,
      history: this.history,
      gift_day: this.gift_day,
      stamp: this.#stamp(till, JSON.stringify(command)),
      till,
      idem,
    });
  }

  #stamp(till: string | null, request?: string): Stamp {
    const by: Actor =
      till === null
        ? { kind: "system", job: "alarm" }
        : { kind: "till", till, location: "loc_1", key: "key_1", staff: "stf_1" };
    const request_hash = request === undefined ? null : sha256Hex(request);
    const program = till === null ? null : Math.max(...this.programs.keys());
    const timezone = program === null ? null : (this.programs.get(program)?.document.timezone ?? null);
    return { now_ms: this.now_ms, by, request_hash, note_digest: null, clock_offset_ms: 0, program, timezone };
  }

  #writeAlone(draft: Parameters<typeof finishDraft>[1], idem: string | null, till: string | null): void {
    const body = finishDraft(this.state, draft, this.#stamp(till), settle(this.state, this.now_ms).due);
    const { natural_key, frees } = draft;
    this.#write({ body, idem, natural_key, frees });
    this.#become(applyBooking(this.state, body));
  }

  #become(state: AccountState): void {
    assert.deepEqual(brokenInvariants(state), []);
    this.state = deepFreeze(state);
  }

  #write({ body, idem, natural_key, frees }: Omit<PlannedBooking, "after">): void {
    const text = encodeBody(body);
    if (idem !== null && this.rows.some((row) => row.idem === idem)) throw new Error(`the key ${idem} is taken`);
    if (frees !== null) {
      for (const [key, seq] of this.#naturalKeys) if (seq === frees) this.#naturalKeys.delete(key);
    }
    if (natural_key !== null) {
      if (this.#naturalKeys.has(natural_key)) throw new Error(`the natural key ${natural_key} is taken`);
      this.#naturalKeys.set(natural_key, body.seq);
    }
    this.rows.push({ text, body: deepFreeze(decode(text)), idem });
  }
}

/** Every unit's free amount that is not zero. */
export function balancesOf(state: AccountState): Record<string, number> {
  const all = Object.keys(state.units).map((unit) => [unit, inBucket(unitState(state, unit), "available")] as const);
  return Object.fromEntries(all.filter(([, amount]) => amount !== 0));
}

export function decode(text: string): BookingBody {
  const body: BookingBody = JSON.parse(text);
  return body;
}

function isSale(body: BookingBody): body is SaleBooking {
  return body.type === "sale";
}

import { assertNever, invariant } from "../invariant.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Actor, BookingBody, ReturnRequest, SaleByReceipt } from "./booking.ts";
import type {
  Command,
  Decision,
  ForeignSale,
  History,
  HoldCommand,
  ReturnCommand,
  SaleBooking,
  SaleCommand,
} from "./command.ts";
import { decideAction } from "./decide/action.ts";
import { decidePaperCard } from "./decide/paper-card.ts";
import { decideAdjustment } from "./decide/adjustment.ts";
import { decideCancelIssue, decideGift, decideIssue, withAutomaticIssues } from "./decide/issue.ts";
import { decideLoad } from "./decide/load.ts";
import { decideBlockCard, decideIssueCard } from "./decide/card.ts";
import { dueGifts, withGifts } from "./decide/dated-gifts.ts";
import { decideHold, decideHoldAction } from "./decide/redemption.ts";
import type { ReturnableSale } from "./decide/return.ts";
import { decideOfflineRedemption } from "./decide/offline-redemption.ts";
import { decideReturnWithIssues } from "./decide/return-issues.ts";
import { decideSale } from "./decide/sale.ts";
import { pendingTenders } from "./decide/tender.ts";
import { decideTransfer } from "./decide/transfer.ts";
import { withDebtsPaid } from "./settle-debt.ts";
import { type Along, type Draft, finishDraft, plainDraft, type Stamp } from "./draft.ts";
import type { GiftDay } from "./dated-gift.ts";
import { type Settled, settle } from "./due.ts";
import { applyBooking } from "./fold.ts";
import { isSaleMeant, parkedNaturalKey } from "./natural-key.ts";
import type { Refusal } from "./refusal.ts";
import type { AccountState } from "./state.ts";
import { waitedFor } from "./waiting-return.ts";

/** What a command needs besides the state. */
export interface PlanContext {
  /** The programme in force for the command. */
  readonly program: CompiledProgram;
  /** Any version by number; null when this account was not given it. */
  programOf(version: number): CompiledProgram | null;
  readonly history: History;
  readonly stamp: Stamp;
  /** The till that asks: part of a sale's natural key. */
  readonly till: string;
  /** What the account knows of the member's birthday; null or absent when nothing. */
  readonly gift_day?: GiftDay | null;
  /** The idempotency key as stored; null when the account acts by itself. */
  readonly idem: string | null;
}

/** A booking ready to be written, with the keys it takes and frees. */
export interface PlannedBooking {
  readonly body: BookingBody;
  readonly idem: string | null;
  readonly natural_key: string | null;
  readonly frees: number | null;
  /** The account right after it. */
  readonly after: AccountState;
}

/** Everything a command would write, in order, and the state after it. Writing it is one transaction; a preview drops it. */
export interface Plan {
  readonly bookings: readonly PlannedBooking[];
  /** Place in `bookings` of the one that answers the command. */
  readonly answer: number;
  readonly state: AccountState;
}

/** What ties one booking to the request that caused it. */
interface BookingKeys {
  readonly idem: string | null;
  readonly by: Actor;
  readonly request_hash: string | null;
  readonly note_digest: string | null;
}

const PARKED_RETURN: Actor = { kind: "system", job: "parked_return" };

/** Decides a command. Pure: the same state, command and context give the same plan, so a preview equals the write. */
export function plan(state: AccountState, command: Command, context: PlanContext): Result<Plan, Refusal> {
  const settled = settle(state, context.stamp.now_ms);
  const along = withDatedGifts(settled, command, context);
  const draft = new PlanBuilder(state, along.state, along.due, context);
  switch (command.type) {
    case "sale":
      return planSale(draft, command, context);
    case "return":
      return planReturn(draft, command, context);
    case "hold":
      return planHold(draft, command, context);
    case "offline_redemption":
      return draft.answer(decideOfflineRedemption(draft.state, command, context.program, context.till));
    case "capture":
    case "cancel":
    case "renew": {
      const decided = decideHoldAction(draft.state, command, context.program, draft.history, context.stamp.now_ms);
      const gives = decided.ok && decided.value.some(({ entries }) => entries.some(({ why }) => why.code === "action"));
      return draft.answer(decided, gives ? "automatic" : "none");
    }
    case "paper_card":
      return draft.answer(decidePaperCard(draft.state, command, context.program, context.stamp.now_ms), "automatic");
    case "adjustment":
    case "opening":
      return draft.answer(decideAdjustment(draft.state, command, context.program, context.stamp.now_ms), "automatic");
    case "action":
      return draft.answer(decideAction(draft.state, command, context.program, context.stamp.now_ms), "automatic");
    case "transfer":
      return draft.answer(decideTransfer(draft.state, command, context.program));
    case "gift":
      return draft.answer(decideGift(draft.state, command, context.program, context.stamp.now_ms), "automatic");
    case "load":
      return draft.answer(decideLoad(command, context.program, context.stamp.now_ms));
    case "issue":
      return draft.answer(decideIssue(draft.state, command, context.program, context.stamp.now_ms));
    case "cancel_issue":
      return draft.answer(decideCancelIssue(draft.state, command));
    case "issue_card":
      return draft.answer(decideIssueCard(draft.state, command));
    case "block_card":
      return draft.answer(decideBlockCard(draft.state, command));
    case "erase":
      return draft.answer(ok([plainDraft({ type: "erased", forgets: true })]));
    default:
      return assertNever(command, "command");
  }
}

/** Dated gifts come with whatever is booked, so that they can be redeemed at once; somebody who leaves is given none. */
function withDatedGifts({ state, due }: Settled, { type }: Command, { program, stamp, gift_day = null }: PlanContext) {
  if (type === "erase") return { state, due };
  const given = dueGifts(state, program, { now_ms: stamp.now_ms, gift_day });
  if (given.gifts.length === 0) return { state, due };
  return {
    state: withGifts(state, given, program.version, stamp.now_ms),
    due: { ...due, entries: [...due.entries, ...given.entries], gifts: given.gifts },
  };
}

/** A reward that was issued keeps its word when the programme in force no longer has it. */
function planHold(draft: PlanBuilder, command: HoldCommand, context: PlanContext): Result<Plan, Refusal> {
  const { state } = draft;
  const issue = "issue" in command.ask ? state.issued?.[command.ask.issue] : undefined;
  const version = issue?.program ?? null;
  const known = issue === undefined || version === null || context.program.rewards.has(issue.reward);
  const rules = known ? context.program : context.programOf(version);
  if (rules === null) return fail({ code: "need_program", version: version ?? context.program.version });
  // How long it is held is no promise of the reward's.
  const lasting = { ...rules, document: { ...rules.document, holds: context.program.document.holds } };
  return draft.answer(decideHold(state, command, known ? rules : lasting, context.stamp.now_ms));
}

/** An exchange books its returns first, then the sale; returns that were waiting for this sale follow it. */
function planSale(draft: PlanBuilder, command: SaleCommand, context: PlanContext): Result<Plan, Refusal> {
  for (const { sale, request } of command.exchange) {
    const returned = decideKnownReturn(draft, sale, request, null, context);
    if (!returned.ok) return returned;
    draft.add(returned.value, { idem: null, by: context.stamp.by, request_hash: null, note_digest: null });
  }
  const decided = decideSale(draft.state, command, context.till, context.program, draft.history);
  if (!decided.ok) return decided;
  const seq = draft.state.seq + 1;
  draft.addAnswer(draft.withAutomatic(decided.value));
  const identity = {
    receipt: command.receipt,
    business_date: command.business_date,
    till: context.till,
    register: command.register,
  };
  const carriedOut = new Set<string>();
  for (const [parkedSeq, parked] of Object.entries(draft.state.parked)) {
    if (!isSaleMeant(identity, parked.sale)) continue;
    // One return may wait twice, when the till named the sale in two ways; it is carried out once.
    const returned = carriedOut.has(parked.request.return_id)
      ? fail({ code: "return_id_reused" } as const)
      : decideKnownReturn(draft, seq, parked.request, Number(parkedSeq), context);
    if (!returned.ok && returned.error.code === "need_program") return returned;
    if (returned.ok) carriedOut.add(parked.request.return_id);
    const drafts = returned.ok ? returned.value : [refusedReturn(returned.error, Number(parkedSeq))];
    const { idem, request_hash, note_digest } = parked;
    draft.add(drafts, { idem, by: PARKED_RETURN, request_hash, note_digest });
  }
  return draft.done();
}

/** A waiting return that turns out impossible leaves its refusal under its key, and waits no more. */
function refusedReturn(refusal: Refusal, parked: number): Draft {
  return plainDraft({ type: "refused", refusal, parked });
}

function planReturn(draft: PlanBuilder, command: ReturnCommand, context: PlanContext): Result<Plan, Refusal> {
  const { sale, request } = command;
  if ("origin" in sale) {
    const moved = { foreign: sale, parked: waitedFor(draft.state, command) };
    return draft.answer(decideForeignReturn(draft, moved, request, context));
  }
  const seq = "seq" in sale ? sale.seq : context.history.findSale(sale);
  if (seq !== null) return draft.answer(decideKnownReturn(draft, seq, request, null, context));
  invariant(!("seq" in sale), "a sale named by id has a sequence");
  const accounts = draft.state.absorbed ?? [];
  if (accounts.length > 0 && command.searched !== true) return fail({ code: "need_sale", accounts });
  // The key stays free: the return takes it when it is carried out, so that a retry hears the real answer.
  draft.addAnswer([parkReturn(sale, request, context)], null);
  return draft.done();
}

function parkReturn(sale: SaleByReceipt, request: ReturnRequest, context: PlanContext): Draft {
  const parked = { sale, request, idem: context.idem ?? "", request_hash: context.stamp.request_hash ?? "" };
  const event = { type: "return_parked", parked } as const;
  return { event, entries: [], natural_key: parkedNaturalKey(sale, request.return_id), frees: null };
}

function decideKnownReturn(
  draft: PlanBuilder,
  sale: number,
  request: ReturnRequest,
  parked: number | null,
  context: PlanContext,
): Decision {
  const known = draft.history.sale(sale);
  if (known === null) return fail({ code: "sale_unknown" });
  return decideReturnOf(draft, { ...known, origin: null }, request, parked, context);
}

/** A sale that stands in the ledger of an account that went up in this one; returns since then are booked here. */
function decideForeignReturn(
  draft: PlanBuilder,
  { foreign, parked }: { readonly foreign: ForeignSale; readonly parked: number | null },
  request: ReturnRequest,
  context: PlanContext,
): Decision {
  const { origin, sale, last_return } = foreign;
  const here = context.history.foreignReturn(origin, sale.seq);
  return decideReturnOf(draft, { origin, sale, last_return: here ?? last_return }, request, parked, context);
}

function decideReturnOf(
  draft: PlanBuilder,
  returnable: ReturnableSale,
  request: ReturnRequest,
  parked: number | null,
  context: PlanContext,
): Decision {
  const version = returnable.sale.frozen.program;
  const program = version === context.program.version ? context.program : context.programOf(version);
  if (program === null) return fail({ code: "need_program", version });
  const moment = { parked, now_ms: context.stamp.now_ms };
  const decided = decideReturnWithIssues(draft.state, returnable, request, program, moment);
  return decided.ok
    ? ok(decided.value.flatMap((one) => (givesUnits(one) ? draft.withAutomatic([one]) : [one])))
    : decided;
}

/** A smaller basket may earn more than a larger one did: what a return gives again may issue rewards again. */
function givesUnits({ entries }: Draft): boolean {
  return entries.some(({ delta, why }) => why.code === "returned" && delta > 0);
}

/** Collects bookings and keeps the state they lead to; what was due rides on the first one. */
class PlanBuilder {
  readonly #bookings: PlannedBooking[] = [];
  readonly #context: PlanContext;
  #booked: AccountState;
  #settled: AccountState;
  #due: Along | null;
  readonly #expired: readonly number[];
  #answer = 0;

  constructor(booked: AccountState, settled: AccountState, due: Along, context: PlanContext) {
    this.#booked = booked;
    this.#settled = settled;
    this.#due = due;
    this.#expired = due.expired_holds;
    this.#context = context;
  }

  /** The account as the next decision must see it. */
  get state(): AccountState {
    return this.#settled;
  }

  /** The past including what this plan has added, and holds whose time has passed although no booking says so yet. */
  get history(): History {
    const { history } = this.#context;
    const find = (seq: number) => this.#bookings.find(({ body }) => body.seq === seq)?.body;
    const lastReturn = (seq: number) =>
      this.#bookings.findLast(({ body }) => body.type === "return" && body.origin === null && body.sale === seq)?.body;
    return {
      findSale: (wanted) => history.findSale(wanted),
      foreignReturn: (origin, seq) => history.foreignReturn(origin, seq),
      holdEnd: (seq) => (this.#expired.includes(seq) ? "expired" : history.holdEnd(seq)),
      sale: (seq) => {
        const own = find(seq);
        const known = own === undefined ? history.sale(seq) : isSale(own) ? { sale: own, last_return: null } : null;
        return known === null ? null : { sale: known.sale, last_return: lastReturn(seq) ?? known.last_return };
      },
    };
  }

  add(drafts: readonly Draft[], keys: BookingKeys): void {
    for (const draft of drafts) {
      const body = this.#book(draft, keys);
      const also = { idem: null, by: keys.by, request_hash: null, note_digest: null };
      for (const pending of pendingTenders(body)) this.#book(pending, also);
    }
  }

  #book(draft: Draft, keys: BookingKeys): BookingBody {
    const paid = withDebtsPaid(this.#settled, draft);
    const body = finishDraft(this.#booked, paid, { ...this.#context.stamp, ...keys }, this.#due ?? undefined);
    this.#due = null;
    const after = applyBooking(this.#booked, body);
    this.#booked = after;
    this.#settled = after;
    this.#bookings.push({ body, idem: keys.idem, natural_key: draft.natural_key, frees: draft.frees, after });
    return body;
  }

  /** Drafts that give units, with the rewards that these issue by themselves. */
  withAutomatic(drafts: readonly Draft[]): Draft[] {
    const { program, stamp } = this.#context;
    return drafts.map((draft) => withAutomaticIssues(this.state, draft, program, stamp.now_ms));
  }

  addAnswer(drafts: readonly Draft[], idem: string | null = this.#context.idem): void {
    const { stamp } = this.#context;
    this.#answer = this.#bookings.length;
    this.add(drafts, { idem, by: stamp.by, request_hash: stamp.request_hash, note_digest: stamp.note_digest });
  }

  /** @param issues whether what is given may issue rewards by itself */
  answer(decided: Decision, issues: "automatic" | "none" = "none"): Result<Plan, Refusal> {
    if (!decided.ok) return decided;
    this.addAnswer(issues === "none" ? decided.value : this.withAutomatic(decided.value));
    return this.done();
  }

  done(): Result<Plan, Refusal> {
    return ok({ bookings: this.#bookings, answer: this.#answer, state: this.#booked });
  }
}

function isSale(body: BookingBody): body is SaleBooking {
  return body.type === "sale";
}

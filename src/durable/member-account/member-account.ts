import { DurableObject } from "cloudflare:workers";
import { invariant } from "../../domain/invariant.ts";
import type { ForeignSale } from "../../domain/ledger/command.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import type { PromisedTender } from "../../domain/ledger/tender.ts";
import { nextDueAt } from "../../domain/ledger/due.ts";
import { alarmWanted } from "../../domain/insights/schedule.ts";
import { GIFT_CARD_NO } from "../../domain/tenancy/gift-code.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { bringTenders } from "./bring-tenders.ts";
import { bringerOf, catchUp, systemStamp } from "./catch-up.ts";
import { Projector } from "./projector.ts";
import { assertObjectIdentity } from "../shared/object-identity.ts";
import * as estate from "./estate.ts";
import { tellBirthday } from "./gift-day.ts";
import { Ledger } from "./ledger.ts";
import { LIVE_TO_PARAM, LiveCards } from "./live.ts";
import type * as protocol from "./protocol.ts";
import type { Addressed, Answer, CommandMessage } from "./protocol.ts";
import * as read from "./read-account.ts";
import { buriedRefusal, type Desk, runCommand, waitingUnder } from "./run-command.ts";
import { LedgerStore } from "./store.ts";
import * as tender from "./tender.ts";

/**
 * One account: a member's, a receipt's or a bearer's ledger with its balances. The only truth for a balance.
 * Thin on purpose: rules are in the domain, SQL is in the store.
 */
export class MemberAccount extends DurableObject {
  readonly #store: LedgerStore;
  readonly #ledger: Ledger;
  readonly #live: LiveCards;
  readonly #clock: AlarmClock;
  readonly #projector: Projector;
  #bringing = false;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#store = new LedgerStore(ctx.storage);
    this.#ledger = new Ledger(this.#store);
    this.#live = new LiveCards(ctx, this.#store);
    this.#clock = new AlarmClock(ctx.storage);
    this.#projector = new Projector({ ctx, env, store: this.#store, onFailure: () => this.#arm() });
  }

  /** Opens the account. Opening it again changes nothing. */
  async open(message: protocol.OpenMessage): Promise<Answer<{ readonly opened_at_ms: number }>> {
    const name = assertObjectIdentity(this.ctx.id, message.to);
    await this.#clock.look();
    const desk = this.#desk(message);
    const known = this.#ledger.current(desk.now_ms);
    const buried = known === null ? null : buriedRefusal(known);
    if (buried !== null) return { ok: false, refusal: buried };
    const stamp = systemStamp(desk.now_ms, message.clock_offset_ms);
    const state = known ?? this.#ledger.open(name, message.to, message.card_no, { ...stamp, by: message.by });
    if (known === null) await this.#afterBooking(message);
    return { ok: true, value: { opened_at_ms: state.opened_at_ms } };
  }

  /** Decides a command and books it, or previews it. Refusals are values. */
  async run(message: CommandMessage): Promise<protocol.CommandAnswer> {
    if (!message.preview) await this.#clock.look();
    const desk = this.#enter(message);
    if (message.opens === true && !message.preview) this.#openFirst(desk, message);
    const answer = runCommand(desk, message);
    if (!message.preview) await this.#afterBooking(message);
    return answer;
  }

  /**
   * The same for a sale that a gift card pays. A release that knows of no such sales has no such method, and so cannot book
   * one as if it had been paid otherwise.
   */
  runTendered(message: CommandMessage): Promise<protocol.CommandAnswer> {
    return this.run(message);
  }

  /** As a gift card: promises a hold to a sale of another account. */
  claimHold(message: tender.ClaimMessage): Promise<Answer<Omit<PromisedTender, "account">>> {
    return this.#step(message, tender.claimHold);
  }

  /** As a gift card: takes back a promise that will never be used. */
  releaseClaim(message: tender.ReleaseMessage): Promise<Answer<null>> {
    return this.#step(message, tender.releaseClaim);
  }

  /** As the account of a sale: whether it has used a promise; when not, it never will. */
  declineTender(message: tender.DeclineMessage): Promise<Answer<tender.PendingTender | null>> {
    return this.#step(message, tender.declineTender);
  }

  /** As a gift card: pays a sale of another account, or has its share of a return. */
  takeTender(message: tender.TakeMessage): Promise<Answer<null>> {
    return this.#step(message, tender.takeTender);
  }

  /** Whether a request's key was used here: asked of an identifier's former owners before a new one books. */
  async knowsKey(query: protocol.KeyQuery): Promise<boolean> {
    const state = this.#ledger.current(this.#enter(query).now_ms);
    if (state === null) return false;
    return this.#store.byIdem(query.idem) !== null || waitingUnder(state, query.idem) !== null;
  }

  /** What a request's booking has taken of its reward's stock; asked by the guard when somebody would go without. */
  async stockClaim(query: protocol.KeyQuery): Promise<protocol.StockClaim | protocol.MovedClaim> {
    return read.readStockClaim(this.#enter(query), query);
  }

  async wallet(query: protocol.WalletQuery): Promise<Answer<protocol.AccountView>> {
    return read.readWallet(this.#enter(query), query);
  }

  async bookings(query: protocol.BookingsQuery): Promise<Answer<protocol.StoredBooking[]>> {
    return read.readBookings(this.#enter(query), query);
  }

  async stories(query: protocol.BookingsQuery): Promise<Answer<protocol.BookingStory[]>> {
    return read.readStories(this.#enter(query), query);
  }

  async booking(query: protocol.BookingQuery): Promise<Answer<protocol.OwnedBooking>> {
    return read.readBooking(this.#enter(query), query);
  }

  async foreignReturn(query: protocol.ForeignReturnQuery): Promise<Answer<protocol.StoredBooking | null>> {
    return read.readForeignReturn(this.#enter(query), query);
  }

  /** A sale and its latest return, also of an account that went up in another: returns of it are booked there. */
  async saleOf(query: protocol.SaleQuery): Promise<Answer<ForeignSale | null>> {
    return read.readSale(this.#enter(query), query);
  }

  /** Ends this account in favour of another, and answers what must be brought there. */
  handOver(message: estate.HandOverMessage): Promise<Answer<estate.Parcel>> {
    return this.#step(message, estate.handOver);
  }

  receive(message: estate.ReceiveMessage): Promise<Answer<estate.Received>> {
    return this.#step(message, estate.receive);
  }

  confirmDelivery(message: estate.DeliveredMessage): Promise<Answer<null>> {
    return this.#step(message, estate.confirmDelivery);
  }

  /** Lets the account know the member's birthday. Books nothing. */
  async tellBirthday(message: protocol.BirthdayMessage): Promise<Answer<null>> {
    return tellBirthday(this.#enter(message), message);
  }

  async lots(query: Addressed): Promise<protocol.UnitLot[]> {
    return read.readLots(this.#enter(query));
  }

  async absorbed(query: Addressed): Promise<string[]> {
    return read.readAbsorbed(this.#enter(query));
  }

  async freeReceipt(query: protocol.BookingQuery): Promise<null> {
    return read.freeReceipt(this.#enter(query), query);
  }

  async forgetNotes(query: Addressed): Promise<null> {
    return read.forgetNotes(this.#enter(query));
  }

  async chain(query: Addressed & { readonly after_seq: number }): Promise<protocol.ChainPage> {
    return read.readChain(this.#enter(query), query.after_seq);
  }

  async standing(query: protocol.StandingQuery): Promise<protocol.Standing> {
    return read.readStanding(this.#enter(query), query);
  }

  /** May run late, twice, or for nothing: it acts on stored facts alone. */
  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    this.#clock.clear();
    try {
      const caughtUp = await catchUp({
        ctx: this.ctx,
        env: this.env,
        store: this.#store,
        ledger: this.#ledger,
        projector: this.#projector,
        tellPages: () => this.#tellPages(),
      });
      if (caughtUp !== null) await this.#afterBooking(caughtUp);
    } catch (error) {
      // After its last retry the platform forgets an alarm, and what it was for with it.
      if ((info?.retryCount ?? 0) < ALARM_RETRIES) throw error;
      console.log(JSON.stringify({ event: "account_alarm_failed", account: this.ctx.id.name, error: String(error) }));
      await this.#clock.set(Date.now() + ALARM_GAVE_UP_MS);
    }
  }

  /** Connects a card page. Everything else comes by RPC; a socket cannot. */
  override async fetch(request: Request): Promise<Response> {
    assertObjectIdentity(this.ctx.id, new URL(request.url).searchParams.get(LIVE_TO_PARAM) ?? "");
    return this.#live.accept(request, this.#ledger.current(Date.now()));
  }

  override async webSocketMessage(socket: WebSocket): Promise<void> {
    this.#live.refuseMessage(socket);
  }

  /** A step between accounts: decided and booked in one synchronous block, like a command. */
  async #step<Message extends Addressed, Value>(
    message: Message,
    step: (desk: Desk, message: Message) => Value,
  ): Promise<Value> {
    await this.#clock.look();
    const answer = step(this.#enter(message), message);
    await this.#afterBooking(message);
    return answer;
  }

  #tellPages(): void {
    this.#live.push(() => this.#ledger.current(Date.now()));
  }

  #openFirst(desk: Desk, { to, by, clock_offset_ms }: CommandMessage): void {
    if (this.#ledger.current(desk.now_ms) !== null) return;
    const name = assertObjectIdentity(this.ctx.id, to);
    invariant(name.kind !== "member", "a member's account is opened by itself");
    this.#ledger.open(name, to, name.kind === "bearer" ? GIFT_CARD_NO : null, {
      ...systemStamp(desk.now_ms, clock_offset_ms),
      by,
    });
  }

  #enter(message: Addressed): Desk {
    assertObjectIdentity(this.ctx.id, message.to);
    return this.#desk(message);
  }

  #desk(message: Pick<Addressed, "clock_offset_ms">): Desk {
    return { store: this.#store, ledger: this.#ledger, now_ms: Date.now() + message.clock_offset_ms };
  }

  /** What follows every command that may have booked: open pages hear of it, insights will, and the alarm is set. */
  async #afterBooking({ clock_offset_ms }: Pick<Addressed, "clock_offset_ms">): Promise<void> {
    this.#tellPages();
    const booked = this.#ledger.takeBooked();
    if (booked !== null) this.#projector.note(booked, Date.now());
    await this.#arm(clock_offset_ms);
  }

  /** Right after the answer; what fails here is brought by the alarm. */
  #bringSoon(state: AccountState): void {
    if (this.#bringing) return;
    this.#bringing = true;
    const deps = { ctx: this.ctx, env: this.env, store: this.#store, ledger: this.#ledger };
    const bring = async () => {
      // What was booked meanwhile is brought at once too, unless the way is blocked.
      this.#bringing = !(await bringTenders(bringerOf(deps, state)).then(
        () => true,
        () => false,
      ));
      await this.#afterBooking(state);
      this.#bringing = false;
    };
    setTimeout(() => this.ctx.waitUntil(bring()), 0);
  }

  /** Sets the alarm only when none is set or an earlier one is needed: each setting is billed as a row. */
  async #arm(clock_offset_ms?: number): Promise<void> {
    await this.#clock.look();
    const now_ms = Date.now();
    const state = this.#ledger.latest;
    if (state !== null && tender.hasTenders(state)) this.#bringSoon(state);
    const due_ms = state === null ? null : nextDueAt(state);
    const wanted = alarmWanted({
      now_ms,
      set_ms: this.#clock.at_ms,
      due_ms: due_ms === null ? null : due_ms - (clock_offset_ms ?? state?.clock_offset_ms ?? 0),
      undelivered: this.#projector.undelivered,
      busy: this.#projector.busy,
      retry_ms: this.#projector.retryAt(now_ms),
    });
    if (wanted !== null) await this.#clock.set(wanted);
  }
}

/** How often the platform rings again after a failure. */
const ALARM_RETRIES = 5;
/** When to try again what failed that often. */
const ALARM_GAVE_UP_MS = 15 * 60_000;

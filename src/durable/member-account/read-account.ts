import { Buffer } from "node:buffer";
import type { BookingBody } from "../../domain/ledger/booking.ts";
import type { ForeignSale } from "../../domain/ledger/command.ts";
import { dueGifts, withGifts } from "../../domain/ledger/decide/dated-gifts.ts";
import { settle } from "../../domain/ledger/due.ts";
import { issueKey } from "../../domain/ledger/issued.ts";
import { returnNaturalKey, returnPrefix } from "../../domain/ledger/natural-key.ts";
import type { AccountState, CardState } from "../../domain/ledger/state.ts";
import { issuesOf, type IssueView, rewardsOf, walletOf } from "../../domain/ledger/view.ts";
import { parseObjectName } from "../../domain/tenancy/object-name.ts";
import { celebratesBirthdays } from "../../domain/program/compile.ts";
import { giftDayFor } from "./gift-day.ts";
import { holdEnding, storedHistory } from "./history.ts";
import { compiledProgram } from "./programs.ts";
import type {
  AccountView,
  CardView,
  Answer,
  BookingQuery,
  KeyQuery,
  MovedClaim,
  StockClaim,
  BookingsQuery,
  BookingStory,
  ForeignReturnQuery,
  OwnedBooking,
  ChainPage,
  SaleQuery,
  Standing,
  StandingQuery,
  StoredBooking,
  UnitLot,
  WalletQuery,
} from "./protocol.ts";
import { buriedRefusal, type Desk } from "./run-command.ts";
import type { BookingRow } from "./store.ts";

/** Rows a single call may read for the verifier. */
export const CHAIN_PAGE_MAX = 500;
const ABSORBED_PAGE = 200;

export function readWallet(desk: Desk, query: WalletQuery): Answer<AccountView> {
  return withAccount(desk, (state) => {
    const program = compiledProgram(query.programs[0]);
    const gift_day = giftDayFor(desk.store, program);
    const today = settle(state, desk.now_ms).state;
    const gifts = dueGifts(today, program, { now_ms: desk.now_ms, gift_day });
    const settled = withGifts(today, gifts, program.version, desk.now_ms);
    return {
      wallet: walletOf(settled, program, desk.now_ms),
      rewards: rewardsOf(settled, program, desk.now_ms),
      issues: issuesOf(settled).map((issue) => ({ ...issue, message: messageOf(desk, issue) })),
      cards: Object.values(settled.cards).map((card) => ({ ...card, metadata: cardMetadata(desk, card) })),
      opened_at_ms: settled.opened_at_ms,
      seq: settled.seq,
      open_holds: Object.keys(settled.holds).length,
      ...(celebratesBirthdays(program.document) ? { born_on: gift_day?.born_on ?? null } : {}),
    };
  });
}

/** Only what was given by hand comes with a message. */
function messageOf({ store }: Desk, { origin, seq }: IssueView): string | null {
  return origin === "gift" ? (store.bySeq(seq)?.note?.message ?? null) : null;
}

/** The card that an account is born with has none. */
function cardMetadata({ store }: Desk, { booking }: CardState): CardView["metadata"] {
  return booking === 1 ? {} : (store.bySeq(booking)?.note?.metadata ?? {});
}

export function readBookings(desk: Desk, query: BookingsQuery): Answer<StoredBooking[]> {
  return withAccount(desk, () => desk.store.page(query).map(stored));
}

/** The same page with what became of each booking. */
export function readStories(desk: Desk, query: BookingsQuery): Answer<BookingStory[]> {
  return withAccount(desk, (state) => desk.store.page(query).map((row) => storyOf(desk, state, row)));
}

/** A booking by its place, also in an account that went up in another: its id goes on meaning this one. */
export function readBooking(desk: Desk, query: BookingQuery): Answer<OwnedBooking> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { ok: false, refusal: { code: "account_unknown" } };
  if (state.tombstone?.kind === "erased") return { ok: false, refusal: { code: "account_erased" } };
  const row = desk.store.bySeq(query.seq);
  const owner = state.tombstone?.to ?? accountOf(query.to);
  return { ok: true, value: { owner, story: row === null ? null : storyOf(desk, state, row) } };
}

/** The latest or a named return booked here of a sale of this account or one that went up in it; told also after this one has moved. */
export function readForeignReturn(desk: Desk, query: ForeignReturnQuery): Answer<StoredBooking | null> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { ok: false, refusal: { code: "account_unknown" } };
  if (state.tombstone?.kind === "erased") return { ok: false, refusal: { code: "account_erased" } };
  const { seq, return_id } = query;
  const place = { origin: query.origin === accountOf(query.to) ? null : query.origin, seq };
  const row =
    return_id === undefined
      ? desk.store.byNaturalPrefix(returnPrefix(place)).at(-1)
      : desk.store.byNaturalKey(returnNaturalKey(place, return_id));
  return { ok: true, value: row === undefined || row === null ? null : stored(row) };
}

function accountOf(to: string): string {
  return parseObjectName(to)?.id ?? "";
}

function storyOf(desk: Desk, state: AccountState, row: BookingRow): BookingStory {
  const returns =
    row.body.type === "sale"
      ? desk.store.byNaturalPrefix(returnPrefix({ origin: null, seq: row.seq })).map(stored)
      : [];
  const hold_idem = row.body.type === "hold" ? row.idem : null;
  return { ...stored(row), returns, hold_idem, ...holdStory(desk, state, row.body) };
}

function holdStory(
  desk: Desk,
  state: AccountState,
  body: BookingBody,
): Pick<BookingStory, "hold_end" | "hold_expires_at_ms"> {
  if (body.type !== "hold") return { hold_end: null, hold_expires_at_ms: null };
  const open = settle(state, desk.now_ms).state.holds[String(body.seq)];
  if (open !== undefined) return { hold_end: null, hold_expires_at_ms: open.expires_at_ms };
  const ending = holdEnding(desk.store, desk.ledger, state, body.seq);
  if (ending === null) return { hold_end: null, hold_expires_at_ms: null };
  const { end, at_ms, expires_at_ms } = ending;
  return { hold_end: { end, at_ms }, hold_expires_at_ms: expires_at_ms };
}

/** What the booking under a key has taken of its reward's stock. An account that has ended still knows its own bookings. */
export function readStockClaim(desk: Desk, { idem }: KeyQuery): StockClaim | MovedClaim {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { state: "free" };
  const row = desk.store.byIdem(idem);
  if (row === null) {
    return state.tombstone?.kind === "merged" ? { moved_to: state.tombstone.to } : { state: "free" };
  }
  if (row.body.type === "issued") return issuedClaim(desk, state, row);
  if (row.body.type !== "hold") return { state: "free" };
  const { hold_end: end, hold_expires_at_ms: until_ms } = holdStory(desk, state, row.body);
  if (end === null) return { state: "taken", until_ms };
  return end.end === "captured" ? { state: "taken", until_ms: null } : { state: "free" };
}

/** One that is not used is asked about again in an hour; one that is gone was handed out, unless a booking says that it was not. */
function issuedClaim(desk: Desk, state: AccountState, row: BookingRow): StockClaim {
  const key = issueKey({ seq: row.seq, index: 0 });
  if (settle(state, desk.now_ms).state.issued?.[key] !== undefined) {
    return { state: "taken", until_ms: desk.now_ms + ISSUED_CLAIM_MS };
  }
  return { state: desk.store.issueEnd(key) === "used" ? "taken" : "free", until_ms: null };
}

const ISSUED_CLAIM_MS = 60 * 60_000;

/** A sale with its latest return; null when there is no such sale. An erased account tells nothing. */
export function readSale(desk: Desk, query: SaleQuery): Answer<ForeignSale | null> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { ok: false, refusal: { code: "account_unknown" } };
  if (state.tombstone?.kind === "erased") return { ok: false, refusal: { code: "account_erased" } };
  const history = storedHistory(desk.store);
  const [first] =
    query.seq === null && query.receipt === undefined
      ? desk.store.page({ beyond_seq: null, order: "asc", limit: 1, types: ["sale"] })
      : [];
  const seq = query.seq ?? (query.receipt === undefined ? (first?.seq ?? null) : history.findSale(query.receipt));
  const found = seq === null ? null : history.sale(seq);
  return { ok: true, value: found === null ? null : { origin: accountOf(query.to), ...found } };
}

/** Whether a sale with this natural key stands, also in an account that has ended: its member was credited. */
export function readStanding(desk: Desk, { receipt }: StandingQuery): Standing {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { stands: false, moved_to: null };
  const moved_to = state.tombstone?.kind === "merged" ? state.tombstone.to : null;
  return { stands: desk.store.byNaturalKey(receipt) !== null, moved_to };
}

/** A sale of an account that has ended came back whole where it went: its receipt may be rung up again, as after any whole return. */
export function freeReceipt(desk: Desk, { seq }: BookingQuery): null {
  const state = desk.ledger.current(desk.now_ms);
  if (state !== null && state.tombstone !== null) desk.store.voidNaturalKey(seq);
  return null;
}

/** What the account has, lot by lot, as it stands now. */
export function readLots(desk: Desk): UnitLot[] {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return [];
  return Object.entries(settle(state, desk.now_ms).state.units).flatMap(([unit, { lots }]) =>
    lots.map((lot) => ({ unit, ...lot })),
  );
}

/** Accounts that went up in this one, oldest first; told also after this one was erased. */
export function readAbsorbed(desk: Desk): string[] {
  if (desk.ledger.current(desk.now_ms) === null) return [];
  const found: string[] = [];
  let beyond_seq: number | null = null;
  for (;;) {
    const rows: BookingRow[] = desk.store.page({ beyond_seq, order: "asc", limit: ABSORBED_PAGE, types: ["absorbed"] });
    for (const { body } of rows) if (body.type === "absorbed" && body.reason !== "transfer") found.push(body.from);
    const last = rows.at(-1);
    if (last === undefined || rows.length < ABSORBED_PAGE) return found;
    beyond_seq = last.seq;
  }
}

/** Forgets free text of an account that went up in one that was erased. */
export function forgetNotes(desk: Desk): null {
  const state = desk.ledger.current(desk.now_ms);
  if (state !== null && state.tombstone !== null) desk.store.eraseNotes();
  return null;
}

/** The chain as stored, also of an account that has ended: a verifier must see all of it. */
export function readChain(desk: Desk, after_seq: number): ChainPage {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { rows: [], head_seq: 0 };
  const rows = desk.store.chain(after_seq, CHAIN_PAGE_MAX).map(({ seq, body, hash, note }) => ({
    seq,
    body,
    hash_hex: Buffer.from(hash).toString("hex"),
    note,
  }));
  return { rows, head_seq: state.seq };
}

function withAccount<Value>(desk: Desk, read: (state: AccountState) => Value): Answer<Value> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { ok: false, refusal: { code: "account_unknown" } };
  const buried = buriedRefusal(state);
  if (buried !== null) return { ok: false, refusal: buried };
  return { ok: true, value: read(state) };
}

function stored(row: BookingRow): StoredBooking {
  return { body: row.body, note: row.note };
}

import type {
  Answer,
  AccountView,
  ChainPage,
  CommandAnswer,
  CommandMessage,
  ProgramPayload,
  StoredBooking,
} from "../../src/durable/member-account/protocol.ts";
import type { SaleByReceipt } from "../../src/domain/ledger/booking.ts";
import type { Parcel } from "../../src/durable/member-account/estate.ts";
import type { ForeignSale } from "../../src/domain/ledger/command.ts";
import type { AccountState } from "../../src/domain/ledger/state.ts";

type Later<Value> = Value | Promise<Value>;

/** A command without its address. */
export type Message = Omit<CommandMessage, "to" | "clock_offset_ms">;

/** The product under test: the accounts of one merchant, in whatever runtime. Accounts are named by their id. */
export interface Side {
  /** Moves the clock. */
  setNow(now_ms: number): void;
  open(account: string): Later<unknown>;
  run(account: string, message: Message): Later<CommandAnswer>;
  wallet(account: string, program: ProgramPayload): Later<Answer<AccountView>>;
  saleOf(account: string, seq: number | null, receipt?: SaleByReceipt): Later<Answer<ForeignSale | null>>;
  foreignReturn(
    account: string,
    sale: { readonly origin: string; readonly seq: number; readonly return_id?: string },
  ): Later<Answer<StoredBooking | null>>;
  handOver(account: string, receiver: string): Later<Answer<Parcel>>;
  receive(account: string, from: string, parcel: Parcel): Later<Answer<unknown>>;
  confirm(account: string, delivered: number, failed: boolean): Later<Answer<null>>;
  tellBirthday(account: string, born_on: string | null): Later<Answer<null>>;
  alarm(account: string): Later<unknown>;
  /** Forgets everything that is not stored. */
  evict(account: string): Later<unknown>;
  chain(account: string, after_seq: number): Later<ChainPage>;
  /** The state in memory; null where it cannot be looked at. */
  state(account: string): Later<AccountState | null>;
  objectName(account: string): string;
}

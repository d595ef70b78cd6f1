import type { SaleByReceipt } from "../../domain/ledger/booking.ts";
import type { Command, ForeignSale } from "../../domain/ledger/command.ts";
import type { PromisedTender } from "../../domain/ledger/tender.ts";
import type { Tenant } from "../../domain/tenancy/merchant.ts";
import { accountObjectName, formatObjectName } from "../../domain/tenancy/object-name.ts";
import { invariant } from "../../domain/invariant.ts";
import { callObject } from "../shared/call.ts";
import { objectStub, type StubOptions } from "../shared/namespace.ts";
import type { DeliveredMessage, HandOverMessage, Parcel, Received, ReceiveMessage } from "./estate.ts";
import type { MemberAccount } from "./member-account.ts";
import type { ClaimMessage, DeclineMessage, PendingTender, ReleaseMessage, TakeMessage } from "./tender.ts";
import type {
  AccountView,
  Answer,
  BookingsQuery,
  BookingStory,
  OwnedBooking,
  ChainPage,
  CommandAnswer,
  CommandMessage,
  ForeignReturnQuery,
  MovedClaim,
  OpenMessage,
  ProgramPayloads,
  Standing,
  StockClaim,
  StoredBooking,
  UnitLot,
} from "./protocol.ts";

type Unaddressed<Message> = Omit<Message, "to" | "clock_offset_ms">;

/** One account as a Worker sees it. Every method is one call of the object. */
export interface AccountClient {
  open(message: Unaddressed<OpenMessage>): Promise<Answer<{ readonly opened_at_ms: number }>>;
  run(message: Unaddressed<CommandMessage>): Promise<CommandAnswer>;
  knowsKey(idem: string): Promise<boolean>;
  stockClaim(idem: string): Promise<StockClaim | MovedClaim>;
  wallet(programs: ProgramPayloads): Promise<Answer<AccountView>>;
  tellBirthday(born_on: string | null): Promise<Answer<null>>;
  bookings(query: Unaddressed<BookingsQuery>): Promise<Answer<StoredBooking[]>>;
  stories(query: Unaddressed<BookingsQuery>): Promise<Answer<BookingStory[]>>;
  booking(seq: number): Promise<Answer<OwnedBooking>>;
  foreignReturn(sale: Unaddressed<ForeignReturnQuery>): Promise<Answer<StoredBooking | null>>;
  chain(after_seq: number): Promise<ChainPage>;
  lots(): Promise<UnitLot[]>;
  /** Accounts that went up in this one. */
  absorbed(): Promise<string[]>;
  /** Forgets free text of an account that has ended. */
  forgetNotes(): Promise<null>;
  standing(receipt: string): Promise<Standing>;
  /** A sale of this account, which has ended, came back whole where it went. */
  freeReceipt(seq: number): Promise<null>;
  handOver(message: Unaddressed<HandOverMessage>): Promise<Answer<Parcel>>;
  receive(message: Unaddressed<ReceiveMessage>): Promise<Answer<Received>>;
  confirmDelivery(message: Unaddressed<DeliveredMessage>): Promise<Answer<null>>;
  /** A gift card promises a hold to a sale of another account. */
  claimHold(message: Unaddressed<ClaimMessage>): Promise<Answer<Omit<PromisedTender, "account">>>;
  releaseClaim(message: Unaddressed<ReleaseMessage>): Promise<Answer<null>>;
  declineTender(message: Unaddressed<DeclineMessage>): Promise<Answer<PendingTender | null>>;
  takeTender(message: Unaddressed<TakeMessage>): Promise<Answer<null>>;
  saleOf(seq: number | null, receipt?: SaleByReceipt): Promise<Answer<ForeignSale | null>>;
}

export interface AccountClientOptions extends StubOptions {
  /** How far the merchant's test clock runs ahead; 0 in live mode. */
  readonly clock_offset_ms: number;
}

/**
 * The client of one account. The account id must come from an id or token whose MAC was checked, or from the registry.
 *
 * @throws ObjectUnavailableError from any method when the object cannot be reached
 */
export function accountClient(
  namespace: DurableObjectNamespace<MemberAccount>,
  tenant: Tenant,
  account: string,
  options: AccountClientOptions,
): AccountClient {
  const name = accountObjectName(tenant, account);
  invariant(name !== null, `not an account id: ${account}`);
  const address = { to: formatObjectName(name), clock_offset_ms: options.clock_offset_ms };
  const call = <Outcome>(run: (stub: DurableObjectStub<MemberAccount>) => Outcome): Promise<Awaited<Outcome>> =>
    callObject(() => objectStub(namespace, name, options), run);
  return {
    open: (message) => call((stub) => stub.open({ ...address, ...message })),
    run: (message) =>
      call((stub) => {
        const addressed = { ...address, ...message };
        return isTendered(message.command) ? stub.runTendered(addressed) : stub.run(addressed);
      }),
    knowsKey: (idem) => call((stub) => stub.knowsKey({ ...address, idem })),
    stockClaim: (idem) => call((stub) => stub.stockClaim({ ...address, idem })),
    wallet: (programs) => call((stub) => stub.wallet({ ...address, programs })),
    tellBirthday: (born_on) => call((stub) => stub.tellBirthday({ ...address, born_on })),
    bookings: (query) => call((stub) => stub.bookings({ ...address, ...query })),
    stories: (query) => call((stub) => stub.stories({ ...address, ...query })),
    foreignReturn: (sale) => call((stub) => stub.foreignReturn({ ...address, ...sale })),
    booking: (seq) => call((stub) => stub.booking({ ...address, seq })),
    handOver: (message) => call((stub) => stub.handOver({ ...address, ...message })),
    receive: (message) => call((stub) => stub.receive({ ...address, ...message })),
    confirmDelivery: (message) => call((stub) => stub.confirmDelivery({ ...address, ...message })),
    saleOf: (seq, receipt) =>
      call((stub) => stub.saleOf({ ...address, seq, ...(receipt === undefined ? {} : { receipt }) })),
    claimHold: (message) => call((stub) => stub.claimHold({ ...address, ...message })),
    releaseClaim: (message) => call((stub) => stub.releaseClaim({ ...address, ...message })),
    declineTender: (message) => call((stub) => stub.declineTender({ ...address, ...message })),
    takeTender: (message) => call((stub) => stub.takeTender({ ...address, ...message })),
    freeReceipt: (seq) => call((stub) => stub.freeReceipt({ ...address, seq })),
    standing: (receipt) => call((stub) => stub.standing({ ...address, receipt })),
    lots: () => call((stub) => stub.lots(address)),
    absorbed: () => call((stub) => stub.absorbed(address)),
    forgetNotes: () => call((stub) => stub.forgetNotes(address)),
    chain: (after_seq) => call((stub) => stub.chain({ ...address, after_seq })),
  };
}

function isTendered(command: Command): boolean {
  return command.type === "sale" && command.tenders !== undefined;
}

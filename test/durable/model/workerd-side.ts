import type { SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import type { Parcel } from "../../../src/durable/member-account/estate.ts";
import type { ProgramPayload } from "../../../src/durable/member-account/protocol.ts";
import type { Message, Side } from "../../model/side.ts";
import { CASHIER, newTenant, programPayload, TestAccount } from "../../support/workerd/account.ts";

/** The real objects in workerd, over RPC, with real evictions and alarms. The clock is the merchant's test clock. */
export class WorkerdSide implements Side {
  readonly #tenant = newTenant("test");
  readonly #accounts = new Map<string, TestAccount>();
  #now_ms = 0;
  #ahead_ms = 0;

  /** The moment at which the story begins for the model; here it begins now. */
  constructor(began_ms: number) {
    this.#now_ms = began_ms;
    this.#ahead_ms = began_ms - Date.now();
  }

  setNow(now_ms: number): void {
    // Real milliseconds pass as well, and never make up a minute.
    this.#ahead_ms += now_ms - this.#now_ms;
    this.#now_ms = now_ms;
  }

  objectName(account: string): string {
    return this.#account(account).name;
  }

  open(account: string) {
    return this.#account(account).open(account.startsWith("m") ? 1 : null);
  }

  run(account: string, message: Message) {
    return this.#account(account).client.run(message);
  }

  wallet(account: string, program: ProgramPayload) {
    return this.#account(account).client.wallet([program]);
  }

  saleOf(account: string, seq: number | null, receipt?: SaleByReceipt) {
    return this.#account(account).client.saleOf(seq, receipt);
  }

  foreignReturn(account: string, sale: Parameters<Side["foreignReturn"]>[1]) {
    return this.#account(account).client.foreignReturn(sale);
  }

  handOver(account: string, receiver: string) {
    return this.#account(account).client.handOver({
      receiver,
      reason: account.startsWith("m") ? "merge" : "claim",
      by: CASHIER,
    });
  }

  receive(account: string, from: string, { reason, estate, seq }: Parcel) {
    const which = reason === "transfer" ? { parcel: seq } : {};
    return this.#account(account).client.receive({ from, reason, estate, by: CASHIER, ...which });
  }

  confirm(account: string, delivered: number, failed: boolean) {
    return this.#account(account).client.confirmDelivery({ delivered, failed, by: CASHIER });
  }

  tellBirthday(account: string, born_on: string | null) {
    return this.#account(account).client.tellBirthday(born_on);
  }

  alarm(): void {
    // An alarm would also deliver parcels and delete sales that nobody claims; those have tests of their own.
  }

  async evict(account: string): Promise<void> {
    const one = this.#account(account);
    await one.client.chain(0);
    await one.evict();
  }

  chain(account: string, after_seq: number) {
    return this.#account(account).client.chain(after_seq);
  }

  state(): null {
    return null;
  }

  #account(id: string): TestAccount {
    const known = this.#accounts.get(id) ?? new TestAccount(this.#tenant, id, programPayload(1));
    this.#accounts.set(id, known);
    known.clock_offset_ms = this.#ahead_ms;
    return known;
  }
}

import { DurableObject } from "cloudflare:workers";
import { invariant } from "../../domain/invariant.ts";
import type { ObjectName } from "../../domain/tenancy/object-name.ts";
import { accountClient } from "../member-account/client.ts";
import { HOPS_MAX } from "../member-account/follow-moved.ts";
import type { StockClaim } from "../member-account/protocol.ts";
import { assertObjectIdentity } from "../shared/object-identity.ts";
import type * as protocol from "./protocol.ts";
import { reserveReceipt, settleReceipt } from "./receipts.ts";
import { readStock, reserveStock, settleStock } from "./stock.ts";
import { GuardStore } from "./store.ts";

const REAL_TIME = { clock_offset_ms: 0 };

/**
 * Watches one scarce thing of a merchant: `receipts:{location}`, or `stock:{reward}`. What is taken is first reserved,
 * then committed or released by the booking it is for; a reservation runs out by itself, so that nobody who died half-way
 * blocks it. Called only by sales that need it.
 */
export class MerchantGuard extends DurableObject {
  readonly #store = new GuardStore(this.ctx.storage);

  async reserveReceipt(message: protocol.ReserveReceiptMessage): Promise<protocol.ReceiptAnswer> {
    const name = this.#name(message, "receipts");
    return reserveReceipt(this.#store, message, Date.now(), (account, receipt) => this.#ask(name, account, receipt));
  }

  async settleReceipt(message: protocol.ReceiptMessage): Promise<void> {
    this.#name(message, "receipts");
    settleReceipt(this.#store, message);
  }

  async reserveStock(message: protocol.ReserveStockMessage): Promise<protocol.StockAnswer> {
    const name = this.#name(message, "stock");
    const { clock_offset_ms } = message;
    const ask = (booking: string) => this.#askClaim(name, booking, clock_offset_ms);
    return reserveStock(this.#store, message, Date.now() + clock_offset_ms, ask);
  }

  async settleStock(message: protocol.StockMessage): Promise<void> {
    this.#name(message, "stock");
    settleStock(this.#store, message);
  }

  async stock(query: protocol.Addressed): Promise<protocol.StockState> {
    this.#name(query, "stock");
    return readStock(this.#store);
  }

  /** Follows an account to the one that it went up in: a sale with an old card is booked there. */
  async #ask(name: ObjectName, account: string, receipt: string): Promise<boolean> {
    let asked = account;
    for (let hop = 0; hop < HOPS_MAX; hop += 1) {
      const { stands, moved_to } = await accountClient(this.env.MEMBER_ACCOUNT, name, asked, REAL_TIME).standing(
        receipt,
      );
      if (stands || moved_to === null) return stands;
      asked = moved_to;
    }
    return true;
  }

  /** What an account says of a booking; one that ends up nowhere is taken to stand. */
  async #askClaim(name: ObjectName, booking: string, clock_offset_ms: number): Promise<StockClaim> {
    const [account = "", ...rest] = booking.split("|");
    let asked = account;
    for (let hop = 0; hop < HOPS_MAX; hop += 1) {
      const client = accountClient(this.env.MEMBER_ACCOUNT, name, asked, { clock_offset_ms });
      const answer = await client.stockClaim(rest.join("|"));
      if (!("moved_to" in answer)) return answer;
      asked = answer.moved_to;
    }
    return { state: "taken", until_ms: null };
  }

  #name(message: protocol.Addressed, watches: "receipts" | "stock"): ObjectName {
    const name = assertObjectIdentity(this.ctx.id, message.to);
    invariant(name.id.startsWith(`${watches}:`), `${message.to} does not watch ${watches}`);
    return name;
  }
}

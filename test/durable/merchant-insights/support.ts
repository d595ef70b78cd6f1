import { randomBytes } from "node:crypto";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { BookingBody } from "../../../src/domain/ledger/booking.ts";
import type { StoredValueRow } from "../../../src/domain/insights/stored-value.ts";
import { HAND_OUT_KINDS } from "../../../src/domain/program/reward-terms.ts";
import { ACCOUNT_RANDOM_BYTES, type AccountKind, createAccountId } from "../../../src/domain/tenancy/account-id.ts";
import type { Mode, Tenant } from "../../../src/domain/tenancy/merchant.ts";
import { formatObjectName, insightsObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { InsightsClient } from "../../../src/durable/merchant-insights/client.ts";
import type { MerchantInsights } from "../../../src/durable/merchant-insights/merchant-insights.ts";
import type { FeedItem, HandOut, LedgerRow, Totals } from "../../../src/durable/merchant-insights/protocol.ts";
import { newTenant, programPayload, TestAccount } from "../../support/workerd/account.ts";

/** A merchant of a test's own, with accounts and what insights makes of them. */
export class TestShop {
  readonly tenant: Tenant;
  readonly accounts: TestAccount[] = [];

  constructor(mode: Mode = "test") {
    this.tenant = newTenant(mode);
  }

  get insights(): InsightsClient {
    return new InsightsClient(env.MERCHANT_INSIGHTS, this.tenant);
  }

  get name(): string {
    return formatObjectName(insightsObjectName(this.tenant));
  }

  get stub(): DurableObjectStub<MerchantInsights> {
    return env.MERCHANT_INSIGHTS.getByName(this.name);
  }

  /** Another opened account with the digital card 1. */
  async account(
    kind: AccountKind = "member",
    id = newAccountId(kind),
    program = programPayload(1),
  ): Promise<TestAccount> {
    const account = new TestAccount(this.tenant, id, program);
    const opened = await account.open();
    if (!opened.ok) throw new Error(`could not open: ${opened.refusal.code}`);
    this.accounts.push(account);
    return account;
  }

  /** Every account looks whether its bookings have arrived, as its alarm would. */
  async settle(): Promise<void> {
    for (const account of this.accounts) await account.inside((_, object) => object.alarm());
  }

  inside<Value>(look: (storage: DurableObjectStorage, object: MerchantInsights) => Value | Promise<Value>) {
    return runInDurableObject(this.stub, (object, { storage }) => look(storage, object));
  }

  /** Throws insights out of memory; it may have gone by itself. */
  async evict(): Promise<void> {
    await this.insights.health();
    await evictDurableObject(this.stub);
  }

  /** Lets a walk under way come to its end. */
  async finishWalk(): Promise<void> {
    for (let step = 0; (await this.insights.health()).walk !== null; step += 1) {
      if (step > 500) throw new Error("the walk does not end");
      await runDurableObjectAlarm(this.stub);
    }
  }

  /** The whole feed, newest first, every type. */
  async feed(): Promise<FeedItem[]> {
    const items: FeedItem[] = [];
    for (let before: number | null = null; ;) {
      const page = await this.insights.feed({ before, limit: 100, account: null, location: null, types: ALL_TYPES });
      items.push(...page.items);
      if (page.next === null) return items;
      before = page.next;
    }
  }

  totals(): Promise<Totals> {
    return this.insights.totals({ from: "2000-01-01", to_day: "2100-01-01", location: null });
  }

  /** What was, or is, to be handed over, oldest first. */
  handOuts(): Promise<readonly HandOut[]> {
    const days = { from: "2000-01-01", to_day: "2100-01-01" };
    const filter = { state: null, kinds: HAND_OUT_KINDS, behind: null, order: "asc", limit: 500 } as const;
    return this.insights.handOuts({ ...days, ...filter });
  }

  /** All that ever happened to stored value. */
  async storedValue(): Promise<readonly StoredValueRow[]> {
    const [period] = await this.insights.storedValue({ from: "2000-01-01", to_day: "2100-01-01", by: "whole" });
    return period?.rows ?? [];
  }

  /** Everything that is projected, in an order that does not depend on how it arrived. */
  async snapshot(): Promise<unknown> {
    const feed = await this.feed();
    const items = feed.map(({ place: _place, ...item }) => item).sort(byAccount);
    const baskets = await this.insights.baskets({ after: 0, limit: 500 });
    const lines = baskets.map(({ place: _place, ...basket }) => basket).sort(byAccount);
    const totals = await this.totals();
    const hand_outs = (await this.handOuts()).map(({ place: _place, ...one }) => one).sort(byAccount);
    const stored = await this.storedValue();
    const anchors = await this.insights.anchors({ after: "", limit: 500 });
    return JSON.parse(
      JSON.stringify({ items, lines, totals: { ...totals, sum: sorted(totals.sum) }, hand_outs, stored, anchors }),
      sorted2,
    );
  }
}

export function newAccountId(kind: AccountKind = "member"): string {
  return createAccountId(kind, new Uint8Array(randomBytes(ACCOUNT_RANDOM_BYTES)));
}

function sorted2(_key: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? sorted(value) : value;
}

function sorted<Value extends object>(value: Value): object {
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

interface Placed {
  readonly account: string;
  readonly seq: number;
  readonly item?: number;
}

function byAccount(left: Placed, right: Placed): number {
  if (left.account !== right.account) return left.account < right.account ? -1 : 1;
  return left.seq - right.seq || (left.item ?? 0) - (right.item ?? 0);
}

const ALL_TYPES: BookingBody["type"][] = [
  "opened",
  "due",
  "sale",
  "return",
  "return_parked",
  "hold",
  "hold_captured",
  "hold_cancelled",
  "hold_renewed",
  "adjustment",
  "opening",
  "card_issued",
  "card_blocked",
  "erased",
  "handed_over",
  "absorbed",
  "transfer_sent",
  "delivered",
  "refused",
];

/** The rows of an account as it pushes them. */
export async function ledgerRows(account: TestAccount): Promise<LedgerRow[]> {
  return (await account.chainRows()).map(({ seq, body, hash_hex }) => ({ seq, body, hash_hex }));
}

/** Random but the same for a seed (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

import type { Scope } from "../../../src/domain/tenancy/api-key.ts";
import { cafeProgram } from "../../support/workerd/account.ts";
import {
  createTestMerchant,
  type Json,
  type MerchantOptions,
  type TestMerchant,
} from "../../support/workerd/merchant.ts";

/** A merchant with one of everything that a request can name. */
export interface World extends TestMerchant {
  /** Member id. */
  readonly member: string;
  readonly phone: string;
  readonly email: string;
  readonly external_id: string;
  /** QR text of the member's digital card. */
  readonly token: string;
  /** Card id of the member's plastic card, and its number. */
  readonly card: string;
  readonly plastic: string;
  readonly sale: string;
  readonly receipt: string;
  /** A redemption that is held. */
  readonly redemption: string;
}

export interface RouteRequest {
  readonly path: string;
  readonly body?: unknown;
}

/** One operation of the API and how to call it so that it succeeds. */
export interface RouteRow {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: string;
  /** Each of these suffices by itself; empty when any key may call. */
  readonly scopes: readonly Scope[];
  readonly status: number;
  /** Whether it takes an Idempotency-Key. */
  readonly idempotent: boolean;
  /** What a request with an id that is not known is answered; null when no id is named. */
  readonly unknown: string | null;
  /** A request that succeeds, every time another one. Prepares what it needs with the merchant's own till. */
  request(world: World): Promise<RouteRequest>;
}

let receipts = 0;
let people = 0;
let clockMoves = 0;

function nextReceipt(): string {
  receipts += 1;
  return `T-${receipts}`;
}

const EUR = (amount: number) => ({ amount, currency: "EUR" });

export async function createWorld(options: MerchantOptions = {}): Promise<World> {
  const merchant = await createTestMerchant({ claims: true, program: { ...cafeProgram, credit: {} }, ...options });
  const { till } = merchant;
  people += 1;
  const phone = `+3161234${String(people).padStart(4, "0")}`;
  const email = `anna${people}@example.com`;
  const external_id = `ext-${people}`;
  const plastic = `00010000${String(people).padStart(8, "0")}`;
  const made = await till.must("POST", "/v1/members", {
    name: "Anna de Vries",
    phone,
    email,
    external_id,
    card: plastic,
  });
  const member = text(made["member"]?.["id"]);
  await till.must("POST", "/v1/adjustments", { member: { id: member }, unit: "points", delta: 5000, reason: "start" });
  const receipt = nextReceipt();
  const sold = await till.must("POST", "/v1/sales", {
    receipt,
    member: { id: member },
    total: EUR(1250),
    lines: [{ id: "a", sku: "CAKE", category: "bakery", quantity: "1", amount: 1250 }],
  });
  const held = await till.must("POST", "/v1/redemptions", { member: { id: member }, reward: "rew_two_euro" });
  return {
    ...merchant,
    member,
    phone,
    email,
    external_id,
    token: text(made["card_token"]),
    card: text(made["cards"]?.[1]?.["id"]),
    plastic,
    sale: text(sold["sale"]?.["id"]),
    receipt,
    redemption: text(held["redemption"]?.["id"]),
  };
}

/** A text found in an answer; fails when there is none. */
export function text(value: Json | undefined): string {
  const found: unknown = value;
  if (typeof found !== "string") throw new Error(`expected a text, found ${JSON.stringify(found)}`);
  return found;
}

async function newMember({ till }: World): Promise<string> {
  return text((await till.must("POST", "/v1/members", { name: "Bram" }))["member"]?.["id"]);
}

async function newHold({ till, member }: World): Promise<string> {
  const held = await till.must("POST", "/v1/redemptions", { member: { id: member }, reward: "rew_two_euro" });
  return text(held["redemption"]?.["id"]);
}

async function newCard({ till, member }: World): Promise<string> {
  return text((await till.must("POST", `/v1/members/${member}/cards`, { kind: "digital" }))["card"]?.["id"]);
}

async function newIssue({ till, member }: World): Promise<string> {
  const body = { member: { id: member }, reward: "rew_two_euro" };
  return text((await till.must("POST", "/v1/issued-rewards", body))["issued_reward"]?.["id"]);
}

async function newSale({ till, member }: World): Promise<string> {
  const body = { receipt: nextReceipt(), member: { id: member }, total: EUR(500) };
  return text((await till.must("POST", "/v1/sales", body))["sale"]?.["id"]);
}

async function newClaim({ till }: World): Promise<string> {
  const sold = await till.must("POST", "/v1/sales", { receipt: nextReceipt(), total: EUR(500) });
  return text(sold["claim"]?.["token"]);
}

const ACT = {
  method: "POST",
  scopes: ["redeem"],
  status: 200,
  idempotent: true,
  unknown: "redemption_unknown",
} as const;
const READ = { method: "GET", status: 200, idempotent: false } as const;

/** Every operation of version 1. The isolation matrix fails when one is missing here. */
export const ROUTES: readonly RouteRow[] = [
  {
    method: "POST",
    path: "/v1/members",
    scopes: ["members"],
    status: 201,
    idempotent: true,
    unknown: null,
    request: async () => ({ path: "/v1/members", body: { name: "Bram", metadata: { table: "4" } } }),
  },
  {
    ...READ,
    path: "/v1/members",
    scopes: ["read", "members"],
    unknown: null,
    request: async () => ({ path: "/v1/members?limit=5" }),
  },
  {
    method: "POST",
    path: "/v1/members/identify",
    scopes: ["sell", "redeem", "members", "read"],
    status: 200,
    idempotent: false,
    unknown: "member_unknown",
    request: async ({ member }) => ({ path: "/v1/members/identify", body: { member: { id: member } } }),
  },
  {
    ...READ,
    path: "/v1/members/{id}",
    scopes: ["read", "members"],
    unknown: "member_unknown",
    request: async ({ member }) => ({ path: `/v1/members/${member}` }),
  },
  {
    method: "PATCH",
    path: "/v1/members/{id}",
    scopes: ["members"],
    status: 200,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({ path: `/v1/members/${member}`, body: { name: "Anna Jansen" } }),
  },
  {
    method: "DELETE",
    path: "/v1/members/{id}",
    scopes: ["members"],
    status: 204,
    idempotent: true,
    unknown: "member_unknown",
    request: async (world) => ({ path: `/v1/members/${await newMember(world)}` }),
  },
  {
    ...READ,
    path: "/v1/members/{id}/entries",
    scopes: ["read", "members"],
    unknown: "member_unknown",
    request: async ({ member }) => ({ path: `/v1/members/${member}/entries` }),
  },
  {
    method: "POST",
    path: "/v1/members/{id}/cards",
    scopes: ["members"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({ path: `/v1/members/${member}/cards`, body: { kind: "digital" } }),
  },
  {
    method: "POST",
    path: "/v1/members/{id}/merge/preview",
    scopes: ["members"],
    status: 200,
    idempotent: false,
    unknown: "member_unknown",
    request: async (world) => ({
      path: `/v1/members/${world.member}/merge/preview`,
      body: { from: { id: await newMember(world) } },
    }),
  },
  {
    method: "POST",
    path: "/v1/members/{id}/merge",
    scopes: ["members"],
    status: 200,
    idempotent: true,
    unknown: "member_unknown",
    request: async (world) => {
      const [path, from] = [`/v1/members/${await newMember(world)}/merge`, { id: await newMember(world) }];
      const { token } = await world.till.must("POST", `${path}/preview`, { from });
      return { path, body: { from, token } };
    },
  },
  {
    ...READ,
    path: "/v1/members/{id}/export",
    scopes: ["members"],
    unknown: "member_unknown",
    request: async ({ member }) => ({ path: `/v1/members/${member}/export` }),
  },
  {
    method: "POST",
    path: "/v1/members/{id}/transfer",
    scopes: ["members"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async (world) => ({
      path: `/v1/members/${world.member}/transfer`,
      body: { to: { id: await newMember(world) }, amount: 3 },
    }),
  },
  {
    method: "POST",
    path: "/v1/cards/block",
    scopes: ["members"],
    status: 200,
    idempotent: true,
    unknown: "card_unknown",
    request: async (world) => ({ path: "/v1/cards/block", body: { card: await newCard(world), reason: "lost" } }),
  },
  {
    method: "POST",
    path: "/v1/sales",
    scopes: ["sell"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({
      path: "/v1/sales",
      body: { receipt: nextReceipt(), member: { id: member }, total: EUR(1050) },
    }),
  },
  {
    method: "POST",
    path: "/v1/sales/preview",
    scopes: ["sell"],
    status: 200,
    idempotent: false,
    unknown: "member_unknown",
    request: async ({ member }) => ({
      path: "/v1/sales/preview",
      body: { receipt: nextReceipt(), member: { id: member }, total: EUR(1050) },
    }),
  },
  {
    ...READ,
    path: "/v1/sales/{id}",
    scopes: ["read", "sell"],
    unknown: "sale_unknown",
    request: async ({ sale }) => ({ path: `/v1/sales/${sale}` }),
  },
  {
    method: "POST",
    path: "/v1/returns",
    scopes: ["sell"],
    status: 201,
    idempotent: true,
    unknown: "sale_unknown",
    request: async (world) => ({ path: "/v1/returns", body: { return_id: "R-1", sale: { id: await newSale(world) } } }),
  },
  {
    method: "POST",
    path: "/v1/claims",
    scopes: ["sell"],
    status: 200,
    idempotent: false,
    unknown: "claim_unknown",
    request: async (world) => ({
      path: "/v1/claims",
      body: { token: await newClaim(world), member: { id: world.member } },
    }),
  },
  {
    method: "POST",
    path: "/v1/sync",
    scopes: [],
    status: 200,
    idempotent: false,
    unknown: null,
    request: async ({ member }) => ({
      path: "/v1/sync",
      body: {
        items: [
          {
            call: "createSale",
            key: `sync-${nextReceipt()}`,
            body: { receipt: nextReceipt(), member: { id: member }, total: EUR(500) },
          },
        ],
      },
    }),
  },
  {
    method: "POST",
    path: "/v1/redemptions",
    scopes: ["redeem"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({
      path: "/v1/redemptions",
      body: { member: { id: member }, reward: "rew_two_euro", sale_total: EUR(900) },
    }),
  },
  {
    ...READ,
    path: "/v1/redemptions",
    scopes: ["read", "redeem"],
    unknown: "member_unknown",
    request: async ({ member }) => ({ path: `/v1/redemptions?member=${member}` }),
  },
  {
    ...READ,
    path: "/v1/rewards/{id}/stock",
    scopes: ["read", "redeem", "sell"],
    unknown: null,
    request: async () => ({ path: "/v1/rewards/rew_mug/stock" }),
  },
  {
    ...READ,
    path: "/v1/hand-outs",
    scopes: ["read", "redeem"],
    unknown: null,
    request: async () => ({ path: "/v1/hand-outs?state=open&kind=product" }),
  },
  {
    ...READ,
    path: "/v1/hand-outs/export",
    scopes: ["read"],
    unknown: null,
    request: async () => ({ path: "/v1/hand-outs/export?kind=product" }),
  },
  {
    ...READ,
    path: "/v1/stored-value",
    scopes: ["read"],
    unknown: null,
    request: async () => ({ path: "/v1/stored-value?from=2026-01-01&to=2026-12-31&by=quarter" }),
  },
  {
    ...READ,
    path: "/v1/redemptions/{id}",
    scopes: ["read", "redeem"],
    unknown: "redemption_unknown",
    request: async ({ redemption }) => ({ path: `/v1/redemptions/${redemption}` }),
  },
  {
    ...ACT,
    path: "/v1/redemptions/{id}/capture",
    request: async (world) => ({ path: `/v1/redemptions/${await newHold(world)}/capture` }),
  },
  {
    ...ACT,
    path: "/v1/redemptions/{id}/cancel",
    request: async (world) => ({ path: `/v1/redemptions/${await newHold(world)}/cancel` }),
  },
  {
    ...ACT,
    path: "/v1/redemptions/{id}/renew",
    request: async ({ redemption }) => ({ path: `/v1/redemptions/${redemption}/renew` }),
  },
  {
    method: "POST",
    path: "/v1/giftcards",
    scopes: ["sell"],
    status: 201,
    idempotent: true,
    unknown: null,
    request: async () => ({ path: "/v1/giftcards", body: { amount: EUR(2500) } }),
  },
  {
    ...READ,
    path: "/v1/giftcards/{code}",
    scopes: ["read", "sell", "redeem"],
    unknown: "card_unknown",
    request: async ({ till }) => {
      const sold = await till.must("POST", "/v1/giftcards", { amount: EUR(2500) });
      return { path: `/v1/giftcards/${text(sold["giftcard"]?.["code"])}` };
    },
  },
  {
    method: "POST",
    path: "/v1/adjustments",
    scopes: ["adjust"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({
      path: "/v1/adjustments",
      body: { member: { id: member }, unit: "points", delta: 7, reason: "cold coffee" },
    }),
  },
  {
    method: "POST",
    path: "/v1/paper-cards",
    scopes: ["members", "adjust"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ till }) => {
      const made = await till.must("POST", "/v1/members", {});
      const member = { id: text(made["member"]?.["id"]) };
      return { path: "/v1/paper-cards", body: { member, stamp_card: "stc_coffee", stamps: 4, reason: "handed in" } };
    },
  },
  {
    method: "POST",
    path: "/v1/actions",
    scopes: ["adjust"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({
      path: "/v1/actions",
      body: { member: { id: member }, action: "act_friend", subject: crypto.randomUUID() },
    }),
  },
  {
    method: "POST",
    path: "/v1/gifts",
    scopes: ["adjust"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({
      path: "/v1/gifts",
      body: { member: { id: member }, reward: "rew_two_euro", message: "thank you" },
    }),
  },
  {
    method: "POST",
    path: "/v1/issued-rewards",
    scopes: ["redeem"],
    status: 201,
    idempotent: true,
    unknown: "member_unknown",
    request: async ({ member }) => ({
      path: "/v1/issued-rewards",
      body: { member: { id: member }, reward: "rew_two_euro" },
    }),
  },
  {
    method: "POST",
    path: "/v1/issued-rewards/{id}/cancel",
    scopes: ["adjust"],
    status: 200,
    idempotent: true,
    unknown: "issued_reward_unknown",
    request: async (world) => ({ path: `/v1/issued-rewards/${await newIssue(world)}/cancel` }),
  },
  {
    ...READ,
    path: "/v1/program",
    scopes: [],
    unknown: null,
    request: async () => ({ path: "/v1/program" }),
  },
  {
    method: "GET",
    path: "/v1/snapshot-keys",
    scopes: [],
    status: 200,
    idempotent: false,
    unknown: null,
    request: async () => ({ path: "/v1/snapshot-keys" }),
  },
  {
    method: "PUT",
    path: "/v1/test_clock",
    scopes: ["admin"],
    status: 200,
    idempotent: false,
    unknown: null,
    request: async () => {
      clockMoves += 1;
      return { path: "/v1/test_clock", body: { now: new Date(Date.now() + clockMoves * 10_000).toISOString() } };
    },
  },
];

export function routeName({ method, path }: Pick<RouteRow, "method" | "path">): string {
  return `${method} ${path}`;
}

/** A list found in an answer; fails when there is none. */
export function listOf(value: Json | undefined): Json[] {
  const list: unknown = value;
  if (!Array.isArray(list)) throw new Error(`expected a list, found ${JSON.stringify(list)}`);
  return list;
}

/** What a member has free to spend, by unit. */
export async function balances({ till, member }: Pick<World, "till" | "member">): Promise<Record<string, Json>> {
  const { wallet } = await till.must("GET", `/v1/members/${member}`);
  const all = listOf(wallet?.["balances"]).flatMap(({ unit, available }) =>
    available === undefined ? [] : [[text(unit), available] as const],
  );
  return Object.fromEntries(all);
}

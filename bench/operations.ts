import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { Problem } from "../scripts/start/problem.ts";
import type { Counts } from "./counts.ts";
import { HttpClient } from "./http-client.ts";
import type { Runtime } from "./runtime.ts";
import { addMember, call, type Member, openShop, saleBody, type Shop } from "./shop.ts";

/** Longer than an account waits before it tells Insights. */
const AFTERMATH_MS = 500;
/** While an account catches up it tells Insights something at least this often. */
const QUIET_MS = 2_000;
const CATCH_UP_SALES_MAX = 300;
/** More than a sale's projection may write, fewer than a page of older bookings does. */
const ROWS_OF_ONE_SALE_MAX = 8;
/** Sales per request while an account is filled. */
const FILL_STEP = 5_000;

export interface CountedOperation {
  readonly name: string;
  readonly path: string;
  readonly counts: Counts;
}

export interface Counted {
  readonly shop: Shop;
  readonly operations: readonly CountedOperation[];
  readonly longMember: Member;
  readonly longEntries: number;
}

/** Names that the budgets refer to. */
export const WARM_BY_CARD = "sale, warm, by card";
export const COLD_BY_CARD = "sale, cold, by card";
export const COLD_BY_PHONE = "sale, cold, by phone";
export const FIRST_SALE = "first sale of a new card";
export const COLD_LONG = "sale, cold, on the long account";
export const RETURN = "return, by the sale's id";

const countsAnswer = z.object({
  objects: z.record(
    z.string(),
    z.object({
      calls: z.int(),
      alarms_rung: z.int(),
      alarms_set: z.int(),
      rows_written: z.int(),
      rows_read: z.int(),
    }),
  ),
  d1_queries: z.int(),
  queue_messages: z.int(),
});
const saleAnswer = z.object({ sale: z.object({ id: z.string() }), entries: z.array(z.unknown()) });
const redemptionAnswer = z.object({ redemption: z.object({ id: z.string() }) });

/** Runs each operation alone against the build that counts. Every `start` is a new isolate, so its first call is cold. */
export async function countOperations(start: () => Promise<Runtime>, longEntries: number): Promise<Counted> {
  const stage = new Stage(start);
  try {
    const shop = await stage.open();
    await countWarm(stage);
    await countCold(stage, await addMember(await stage.client(), shop, OTHER_PHONE));
    const longMember = await addMember(await stage.client(), shop);
    const entries = await fillAccount(stage, longMember, longEntries);
    await catchUp(stage, longMember);
    await stage.restart();
    await stage.count(COLD_LONG, "/v1/sales", saleBody({ card: longMember.card }));
    return { shop, operations: stage.operations, longMember, longEntries: entries };
  } finally {
    await stage.close();
  }
}

const PHONE = { phone: "06 12345678" };
/** Of somebody else: more sales than usual on one card are flagged, which is a row. */
const OTHER_PHONE = { phone: "06 87654321" };

async function countWarm(stage: Stage): Promise<void> {
  const made = await stage.count("new member with a phone number", "/v1/members", PHONE);
  const member = newMember.parse(made);
  const by = { card: member.card_token };
  await stage.count(FIRST_SALE, "/v1/sales", saleBody(by));
  const { sale } = saleAnswer.parse(await stage.count(WARM_BY_CARD, "/v1/sales", saleBody(by)));
  await stage.count("sale, warm, by member id", "/v1/sales", saleBody({ id: member.member.id }));
  await stage.count("sale, warm, by phone", "/v1/sales", saleBody(PHONE));
  await stage.count("preview of a sale", "/v1/sales/preview", saleBody(by));
  await stage.count("identify by card", "/v1/members/identify", { member: by });
  await stage.count(RETURN, "/v1/returns", { return_id: "bench", sale: { id: sale.id } });
  await stage.call("/v1/adjustments", { member: by, unit: "points", delta: 500, reason: "bench" });
  const held = await stage.count("redemption, held", "/v1/redemptions", { member: by, reward: "rew_gebak" });
  const redemptions = [redemptionAnswer.parse(held).redemption.id];
  await stage.count("sale that captures a redemption", "/v1/sales", saleBody(by, { redemptions }));
}
const newMember = z.object({ member: z.object({ id: z.string() }), card_token: z.string() });

async function countCold(stage: Stage, member: Member): Promise<void> {
  await stage.restart();
  await stage.count(COLD_BY_CARD, "/v1/sales", saleBody({ card: member.card }));
  await stage.restart();
  await stage.count(COLD_BY_PHONE, "/v1/sales", saleBody(OTHER_PHONE));
}

/** Books sales on an account, inside the object and by its own rules, until it has that many entries. */
async function fillAccount(stage: Stage, member: Member, wanted: number): Promise<number> {
  let entries = 0;
  while (entries < wanted) {
    const sale = saleBody({ card: member.card }, { metadata: { bench_repeat: String(FILL_STEP) } });
    const answer = saleAnswer.parse(await stage.call("/v1/sales", sale));
    if (answer.entries.length === 0) throw new Problem("The bench's sale earns nothing.");
    entries += FILL_STEP * answer.entries.length;
  }
  return entries;
}

/** Sells until a sale is told to Insights alone: until then its account is telling what was booked before. */
async function catchUp(stage: Stage, member: Member): Promise<void> {
  for (let sale = 0; sale < CATCH_UP_SALES_MAX; sale += 1) {
    await stage.take();
    await stage.call("/v1/sales", saleBody({ card: member.card }));
    await sleep(QUIET_MS);
    const told = (await stage.take()).objects["MerchantInsights"]?.rows_written ?? 0;
    if (told <= ROWS_OF_ONE_SALE_MAX) return;
  }
  throw new Problem("The long account does not finish telling Insights what it has booked.");
}

/** The counting build while it runs, and what it has counted. */
class Stage {
  readonly operations: CountedOperation[] = [];
  readonly #start: () => Promise<Runtime>;
  #running: { readonly runtime: Runtime; readonly client: HttpClient } | null = null;
  #shop: Shop = { key: "" };

  constructor(start: () => Promise<Runtime>) {
    this.#start = start;
  }

  async open(): Promise<Shop> {
    const client = await this.client();
    this.#shop = await openShop(client);
    // Making a merchant writes to D1: a meter that does not see it would see nothing on the path of a sale either.
    if ((await this.take()).d1_queries === 0) throw new Problem("The bench's meter does not see D1.");
    return this.#shop;
  }

  async client(): Promise<HttpClient> {
    if (this.#running === null) {
      const runtime = await this.#start();
      this.#running = { runtime, client: new HttpClient(runtime.url, 1) };
    }
    return this.#running.client;
  }

  async call(path: string, body: object | string): Promise<unknown> {
    return call(await this.client(), this.#shop, path, body);
  }

  async count(name: string, path: string, body: object | string): Promise<unknown> {
    await this.take();
    const answer = await this.call(path, body);
    await sleep(AFTERMATH_MS);
    this.operations.push({ name, path, counts: await this.take() });
    return answer;
  }

  /** What was booked just before is told first: otherwise it would be counted with what comes next. */
  async restart(): Promise<void> {
    if (this.#running !== null) await sleep(AFTERMATH_MS);
    await this.close();
    await this.client();
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.client.close();
    await running?.runtime.stop();
  }

  async take(): Promise<Counts> {
    const { text } = await (await this.client()).post("/bench/counts", {}, "");
    return countsAnswer.parse(JSON.parse(text));
  }
}

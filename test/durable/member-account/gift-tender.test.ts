import { afterEach, describe, expect, test, vi } from "vitest";
import type { SaleCommand } from "../../../src/domain/ledger/command.ts";
import { ACCOUNT_RANDOM_BYTES, createAccountId } from "../../../src/domain/tenancy/account-id.ts";
import { askClaimant } from "../../../src/durable/member-account/bring-tenders.ts";
import { accountClient } from "../../../src/durable/member-account/client.ts";
import { MemberAccount } from "../../../src/durable/member-account/member-account.ts";
import type { CommandAnswer } from "../../../src/durable/member-account/protocol.ts";
import { env } from "cloudflare:workers";
import {
  cafeProgram,
  CASHIER,
  hold,
  line,
  MINUTE_MS,
  openAccount,
  programPayload,
  returnLine,
  returnOf,
  sale,
  TestAccount,
} from "../../support/workerd/account.ts";
import { countRows } from "../../support/workerd/row-meter.ts";
import { eventually } from "../../support/eventually.ts";

const EUR = "credit:EUR";
const WORTH = 2500;
const program = programPayload(1, { ...cafeProgram, credit: {} });

afterEach(() => {
  vi.restoreAllMocks();
});

interface Shop {
  readonly member: TestAccount;
  readonly gift: TestAccount;
  /** The gift card's hold. */
  readonly seq: number;
}

function accountOf(kind: "member" | "bearer", { tenant }: Pick<TestAccount, "tenant">): TestAccount {
  const random = crypto.getRandomValues(new Uint8Array(ACCOUNT_RANDOM_BYTES));
  return new TestAccount(tenant, createAccountId(kind, random), program);
}

async function shop(held = 2000): Promise<Shop> {
  const member = await openAccount({ mode: "test", program });
  const gift = accountOf("bearer", member);
  await gift.open(1);
  await gift.book({ type: "load", amount: WORTH, origin: "paid", expires_on: null });
  const { body } = await gift.book(hold({ unit: EUR, amount: held }));
  return { member, gift, seq: body.seq };
}

/** What the till's Worker does first: asks the gift card for its hold. */
async function promised({ member, gift, seq }: Shop, preview = false): Promise<NonNullable<SaleCommand["tenders"]>> {
  const answer = await gift.client.claimHold({ hold: seq, account: member.id, by: CASHIER, preview });
  return [answer.ok ? { ...answer.value, account: gift.id } : { refused: answer.refusal }];
}

async function sell(world: Shop, changes: Partial<SaleCommand> = {}, key?: string): Promise<CommandAnswer> {
  const command = sale({ total: 1250, ...changes, tenders: await promised(world) });
  return world.member.send(command, key === undefined ? {} : { key });
}

interface CutOff {
  readonly restore: () => void;
  /** Until somebody has tried in vain. */
  readonly tried: () => Promise<void>;
}

/** Nothing is taken by a gift card until it is restored: it says of all that it comes too early. */
function cutOff(): CutOff {
  const refusal = { code: "hold_claimed", hold: 0, account: "", claim: 0 } as const;
  const spy = vi.spyOn(MemberAccount.prototype, "takeTender").mockResolvedValue({ ok: false, refusal });
  const tried = () => eventually(() => expect(spy).toHaveBeenCalled());
  return { restore: () => spy.mockRestore(), tried };
}

const of = (account: TestAccount, type: string) =>
  account.bookings().then((all) => all.flatMap(({ body }) => (body.type === type ? [body] : [])));

const left = async ({ gift }: Shop) => (await gift.balances())[EUR];

/** Until the gift card has heard: the account tells it right after its answer. */
async function settled({ member }: Shop): Promise<void> {
  await eventually(async () => {
    const [pending, delivered] = [await of(member, "tender_pending"), await of(member, "delivered")];
    expect(delivered).toHaveLength(pending.length);
  });
}

async function ring(account: TestAccount): Promise<void> {
  await account.inside((_, object) => object.alarm()).catch(() => undefined);
}

describe("a gift card pays a sale of a member", () => {
  test("its part is captured at once, the rest of the hold is free, and what it paid earns nothing", async () => {
    const world = await shop();
    const answer = await sell(world, { total: 1250, receipt: "B-7" });

    expect(answer).toMatchObject({
      ok: true,
      view: {
        body: { sale: { paid_with_credit: 1250 }, tenders: [{ account: world.gift.id, held: 2000, pays: 1250 }] },
      },
    });
    await settled(world);
    expect(await left(world)).toEqual({ available: 1250, held: 0 });
    expect((await world.member.balances())["points"]).toBeUndefined();
    expect(await of(world.gift, "tender_taken")).toMatchObject([
      { from: world.member.id, by: CASHIER, after: 1250, entries: [{ why: { receipt: "B-7" } }, {}, {}] },
    ]);
  });

  test("rows: three for the sale, two that are pending, one that it arrived; the gift card writes one and two", async () => {
    const world = await shop();
    await world.member.book(sale());
    const tenders = { value: await promised(world, true) };
    const claimed = await countRows(world.gift, async () => (tenders.value = await promised(world)));
    const { restore, tried } = cutOff();
    const command = sale({ total: 1250, tenders: tenders.value });
    const sold = await countRows(world.member, () => world.member.book(command));
    await tried();
    restore();
    const told = await countRows(world.member, async () => {
      const taken = await countRows(world.gift, () => ring(world.member));
      expect(taken).toMatchObject({ written: 2 });
    });
    const plain = await countRows(world.member, () => world.member.book(sale()));

    expect(claimed).toMatchObject({ written: 1, alarms: 0 });
    expect(sold.written).toBe(5);
    expect(told).toMatchObject({ written: 1 });
    expect(plain).toMatchObject({ written: 3, alarms: 0 });
  });

  test("a preview equals the write, and writes nothing on either side", async () => {
    const world = await shop();
    const before = [await world.member.rowCount(), await world.gift.rowCount()];
    const command = sale({ total: 1250 });
    const seen = await world.member.preview({ ...command, tenders: await promised(world, true) });
    expect([await world.member.rowCount(), await world.gift.rowCount()]).toEqual(before);

    const booked = await world.member.book({ ...command, tenders: await promised(world) });
    if (!seen.ok) throw new Error(seen.refusal.code);
    expect(seen.view.wallet).toEqual(booked.wallet);
    expect(seen.view.body.entries).toEqual(booked.body.entries);
  });

  test("the same key, and the same receipt under another, answer the same after the gift card has paid", async () => {
    const world = await shop();
    const receipt = { receipt: "B-8" };
    const first = await sell(world, receipt, "one");
    await settled(world);
    const again = await world.member.send(sale({ ...receipt, total: 1250, tenders: await promised(world) }), {
      key: "two",
    });
    expect(again).toEqual({ ...first, replayed: true });
    expect(await of(world.gift, "tender_taken")).toHaveLength(1);
  });

  test("told twice, and told that it is told twice: nothing more is captured", async () => {
    const world = await shop();
    cutOff();
    await sell(world);
    vi.restoreAllMocks();
    const [pending] = await of(world.member, "tender_pending");
    if (pending?.type !== "tender_pending") throw new Error("nothing is pending");
    const { seq, by, type: _type, account: _account, ...moved } = pending;
    for (let time = 0; time < 3; time += 1) {
      const tender = { seq, by, moved };
      expect(await world.gift.client.takeTender({ from: world.member.id, tender })).toEqual({ ok: true, value: null });
    }
    for (let time = 0; time < 2; time += 1) await ring(world.member);
    expect(await left(world)).toEqual({ available: 1250, held: 0 });
    expect(await of(world.member, "delivered")).toHaveLength(1);
  });

  test("an account thrown out between its booking and the gift card: the alarm tells, after the hold's time too", async () => {
    const world = await shop();
    const { restore, tried } = cutOff();
    await sell(world);
    await tried();
    await world.member.evict();
    await world.gift.evict();
    for (const account of [world.member, world.gift]) account.clock_offset_ms = 20 * MINUTE_MS;
    expect(await left(world)).toEqual({ available: 500, held: 2000 });
    await ring(world.member);
    restore();
    await ring(world.member);
    expect(await left(world)).toEqual({ available: 1250, held: 0 });
  });

  test("a member who is erased before the gift card has heard: it hears all the same", async () => {
    const world = await shop();
    const { restore, tried } = cutOff();
    await sell(world);
    await tried();
    await world.member.send({ type: "erase" });
    restore();
    await ring(world.member);
    expect(await left(world)).toEqual({ available: 1250, held: 0 });
  });

  test("a member who goes up in another between promise and booking: the promise counts there, once", async () => {
    const world = await shop();
    const tenders = await promised(world);
    const heir = accountOf("member", world.member);
    await heir.open();
    await world.member.client.handOver({ receiver: heir.id, reason: "merge", by: CASHIER });
    const command = sale({ total: 1250, tenders });
    expect(await world.member.send(command)).toMatchObject({ refusal: { code: "account_moved", to: heir.id } });
    expect(await heir.send({ ...command, card_no: null })).toMatchObject({ ok: true });
    const again = sale({ total: 1250, tenders, card_no: null });
    expect(await heir.send(again)).toMatchObject({ refusal: { code: "hold_captured" } });
    await settled({ ...world, member: heir });
    expect(await left(world)).toEqual({ available: 1250, held: 0 });
  });
});

/** What may happen to a promised hold, in any order, each once. */
type Step = "claim" | "book" | "cancel" | "expiry" | "deliver";
const STEPS: readonly Step[] = ["claim", "book", "cancel", "expiry", "deliver"];

function orders<Value>(values: readonly Value[]): Value[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((first, at) => orders(values.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

/** A till's cancel: a hold that was promised is freed first, by asking the account that it was promised to. */
async function cancel({ gift, seq }: Shop): Promise<CommandAnswer> {
  const answer = await gift.send({ type: "cancel", hold: seq });
  if (answer.ok || answer.refusal.code !== "hold_claimed") return answer;
  const clientOf = (account: string) => accountClient(env.MEMBER_ACCOUNT, gift.tenant, account, gift);
  const { account, claim } = answer.refusal;
  const asked = { by: CASHIER, preview: false };
  const { from, tender } = await askClaimant(clientOf, gift.id, { account, hold: seq, claim }, asked);
  if (tender === null) await gift.client.releaseClaim({ hold: seq, claim, by: CASHIER });
  else await gift.client.takeTender({ from, tender });
  return gift.send({ type: "cancel", hold: seq });
}

/** Whatever happened, in the end the gift card must have paid what one sale says, once, or nothing. */
async function ended(world: Shop) {
  const { member, gift } = world;
  for (const account of [member, gift]) account.clock_offset_ms = 20 * MINUTE_MS;
  for (let time = 0; time < 2; time += 1) for (const account of [member, gift]) await ring(account);
  const sales = (await of(member, "sale")).length;
  const [taken, told] = [(await of(gift, "tender_taken")).length, (await of(member, "delivered")).length];
  return { found: { left: await left(world), taken, told }, whole: wholeWith(sales) };
}

function wholeWith(sales: number) {
  return { left: { available: WORTH - Math.min(sales, 1) * 1250, held: 0 }, taken: sales, told: sales };
}

describe("claim, booking, cancel, expiry and delivery", () => {
  const possible = orders(STEPS).filter((order) => order.indexOf("claim") < order.indexOf("book"));

  test.for(possible)("%s, %s, %s, %s, %s", async (order) => {
    const world = await shop();
    const { restore: reach } = cutOff();
    let command = sale({ total: 1250 });
    for (const step of order) {
      if (step === "claim") command = { ...command, tenders: await promised(world) };
      if (step === "book") await world.member.send(command);
      if (step === "cancel") await cancel(world).catch(() => undefined);
      if (step === "expiry") {
        for (const account of [world.member, world.gift]) account.clock_offset_ms = 16 * MINUTE_MS;
        // A promise whose sale was booked is paid by the gift card itself.
        await ring(world.gift);
      }
      if (step === "deliver") {
        reach();
        await ring(world.member);
      }
    }
    reach();
    const { found, whole } = await ended(world);
    expect(found).toEqual(whole);
  });

  test.for(possible.slice(0, 12))("all at once: %s, %s, %s, %s, %s", async (order) => {
    const world = await shop();
    const done = order.map(async (step) => {
      if (step === "claim" || step === "book") await sell(world, { receipt: "one receipt" });
      if (step === "cancel") await cancel(world);
      if (step === "expiry") await ring(world.gift);
      if (step === "deliver") await ring(world.member);
    });
    await Promise.all(done);
    const { found, whole } = await ended(world);
    expect(found).toEqual(whole);
  });
});

test("an account that says that it never will, and forgets it, is caught (negative control)", async () => {
  const world = await shop();
  const tenders = await promised(world);
  vi.spyOn(MemberAccount.prototype, "declineTender").mockResolvedValue({ ok: true, value: null });
  await cancel(world);
  await world.member.send(sale({ total: 1250, tenders }));
  const { found, whole } = await ended(world);
  expect(found).not.toEqual(whole);
});

describe("two sales that name one hold", () => {
  test("of one member: one is booked, with the promise that both have", async () => {
    const world = await shop();
    const tenders = await promised(world);
    const answers = await Promise.all([1, 2].map(() => world.member.send(sale({ total: 1250, tenders }))));
    expect(answers.map((answer) => (answer.ok ? "ok" : answer.refusal.code)).sort()).toEqual(["hold_captured", "ok"]);
    const { found, whole } = await ended(world);
    expect(found).toEqual(whole);
  });

  test("of two members: the second waits until the first is known, and then has it or not", async () => {
    const world = await shop();
    const other = { ...world, member: accountOf("member", world.member) };
    await other.member.open();
    const mine = await promised(world);
    expect(await promised(other)).toMatchObject([{ refused: { code: "hold_claimed", account: world.member.id } }]);
    await cancelClaim(world);
    const theirs = await promised(other);
    expect(await world.member.send(sale({ total: 1250, tenders: mine }))).toMatchObject({
      refusal: { code: "hold_cancelled" },
    });
    expect(await other.member.send(sale({ total: 1250, tenders: theirs }))).toMatchObject({ ok: true });
    const { found, whole } = await ended(other);
    expect(found).toEqual(whole);
  });

  test("a promise that was declined is given anew, and then counts", async () => {
    const world = await shop();
    await promised(world);
    await cancelClaim(world);
    expect(await sell(world)).toMatchObject({ ok: true });
    const { found, whole } = await ended(world);
    expect(found).toEqual(whole);
  });
});

async function cancelClaim({ member, gift, seq }: Shop): Promise<void> {
  const claim = (await of(gift, "hold_claimed")).at(-1)?.seq ?? 0;
  const asked = { giftcard: gift.id, hold: seq, claim, by: CASHIER, preview: false };
  expect(await member.client.declineTender(asked)).toEqual({ ok: true, value: null });
  expect(await member.client.declineTender(asked)).toEqual({ ok: true, value: null });
  await gift.client.releaseClaim({ hold: seq, claim, by: CASHIER });
}

describe("is refused, and moves nothing", () => {
  /** The code of the refusal; nothing else may have happened. */
  const refusedWith = async (world: Shop, changes: Partial<SaleCommand> = {}): Promise<string> => {
    const before = await left(world);
    const answer = await sell(world, changes);
    expect(await of(world.member, "sale")).toEqual([]);
    expect(await left(world)).toEqual(before);
    return answer.ok ? "booked" : answer.refusal.code;
  };

  test("a hold that was cancelled, captured or is over", async () => {
    for (const end of ["cancel", "capture"] as const) {
      const world = await shop();
      await world.gift.book({ type: end, hold: world.seq });
      expect(await refusedWith(world)).toBe(end === "cancel" ? "hold_cancelled" : "hold_captured");
    }
    const world = await shop();
    for (const account of [world.member, world.gift]) account.clock_offset_ms = 15 * MINUTE_MS;
    expect(await refusedWith(world)).toBe("hold_expired");
  });

  test("one that never was, a blocked gift card, and less than the tender says", async () => {
    const world = await shop();
    expect(await refusedWith({ ...world, seq: 99 })).toBe("hold_unknown");
    const tender = [{ kind: "gift_card", amount: 1251 }];
    expect(await refusedWith(world, { tender })).toBe("tender_not_covered");
    const blocked = await shop();
    await blocked.gift.book({ type: "block_card", card_no: 1 });
    expect(await refusedWith(blocked)).toBe("card_blocked");
  });

  test("capture and a sale of the gift card's own while it is promised; renewing goes on", async () => {
    const world = await shop();
    await promised(world);
    const own = sale({ total: 100, holds: [world.seq] });
    for (const command of [{ type: "capture", hold: world.seq } as const, own]) {
      expect(await world.gift.send(command)).toMatchObject({ refusal: { code: "hold_claimed" } });
    }
    expect(await world.gift.send({ type: "renew", hold: world.seq })).toMatchObject({ ok: true });
    expect(await sell(world)).toMatchObject({ ok: true });
    const { found, whole } = await ended(world);
    expect(found).toEqual(whole);
  });
});

describe("a return of such a sale", () => {
  const basket = { lines: [line("a", 1000), line("b", 1500)], total: 2500 };

  test("gives the gift card its share, and small returns what a whole one gives", async () => {
    const world = await shop(1001);
    const sold = await sell(world, basket);
    if (!sold.ok) throw new Error(sold.refusal.code);
    const { seq } = sold.view.body;
    await settled(world);
    const part = { return_id: "1", lines: [returnLine("a", 1000)] };
    const back = await world.member.book(returnOf({ seq }, part));
    // floor(1001 × 1500 ÷ 2500) stays paid.
    expect(back.body).toMatchObject({ tenders: [{ before: 1001, after: 600 }], paid_with_credit: 600 });
    await settled(world);
    expect(await left(world)).toEqual({ available: WORTH - 600, held: 0 });
    await world.member.book(returnOf({ seq }, { return_id: "2" }));
    await settled(world);
    expect(await left(world)).toEqual({ available: WORTH, held: 0 });
    expect(await of(world.gift, "tender_taken")).toMatchObject([
      { move: "capture" },
      { move: "refund", entries: [{ why: { code: "refunded", receipt: expect.any(String) } }] },
      { move: "refund", after: 0 },
    ]);
  });

  test("is brought after its sale, once, however often, and to a blocked gift card too", async () => {
    const world = await shop();
    const { restore, tried } = cutOff();
    const sold = await sell(world, basket);
    if (!sold.ok) throw new Error(sold.refusal.code);
    await world.member.book(returnOf({ seq: sold.view.body.seq }));
    await world.gift.book({ type: "block_card", card_no: 1 });
    await tried();
    await world.member.evict();
    restore();
    for (let time = 0; time < 2; time += 1) await ring(world.member);
    expect(await left(world)).toEqual({ available: WORTH, held: 0 });
    const taken = await of(world.gift, "tender_taken");
    expect(taken).toMatchObject([{ move: "capture" }, { move: "refund" }]);
  });

  test("comes from the account that the member's went up in", async () => {
    const world = await shop();
    const sold = await sell(world, basket);
    if (!sold.ok) throw new Error(sold.refusal.code);
    await settled(world);
    const { seq } = sold.view.body;
    const heir = accountOf("member", world.member);
    await heir.open();
    const step = { reason: "merge", by: CASHIER } as const;
    const parcel = await world.member.client.handOver({ receiver: heir.id, ...step });
    if (!parcel.ok) throw new Error(parcel.refusal.code);
    await heir.client.receive({ from: world.member.id, estate: parcel.value.estate, ...step });
    const found = await world.member.client.saleOf(seq);
    if (!found.ok || found.value === null) throw new Error("the sale is gone");
    await heir.book({ ...returnOf({ seq }), sale: found.value });
    await settled({ ...world, member: heir });
    expect(await left(world)).toEqual({ available: WORTH, held: 0 });
    expect((await of(world.gift, "tender_taken")).at(-1)).toMatchObject({ from: heir.id, move: "refund" });
  });

  test("while the gift card has yet to hear of the sale, the member's account cannot go up in another", async () => {
    const world = await shop();
    cutOff();
    await sell(world, basket);
    const step = { reason: "merge", by: CASHIER } as const;
    const handed = await world.member.client.handOver({ receiver: accountOf("member", world.member).id, ...step });
    expect(handed).toEqual({ ok: false, refusal: { code: "account_changed" } });
  });
});

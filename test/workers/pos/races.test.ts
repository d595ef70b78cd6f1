import { expect, test } from "vitest";
import { balances, createWorld, listOf, text } from "./routes.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

function statuses(answers: readonly { readonly status: number }[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

test("many tills redeem the last points at once: exactly one has them", async () => {
  const world = await createWorld();
  const { till, otherTill, member, phone, token } = world;
  const { points } = await balances(world);
  await till.must("POST", "/v1/adjustments", {
    member: { id: member },
    unit: "points",
    delta: 100 - Number(points),
    reason: "to one reward",
  });
  const ways = [{ id: member }, { phone }, { card: token }];
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      (index % 2 === 0 ? till : otherTill).call("POST", "/v1/redemptions", {
        body: { member: ways[index % ways.length], reward: "rew_mug" },
      }),
    ),
  );

  expect(statuses(answers)).toEqual({ 201: 1, 409: 29 });
  expect(new Set(answers.filter(({ status }) => status === 409).map(({ body }) => text(body["code"])))).toEqual(
    new Set(["insufficient_balance"]),
  );
  expect((await balances(world))["points"]).toBe(0);
});

test("a held reward is captured, cancelled or sold at once: it ends one way", async () => {
  const world = await createWorld();
  const { till, redemption, member } = world;
  const before = Number((await balances(world))["points"]);
  const sale = (receipt: string) => ({ receipt, member: { id: member }, total: eur(0), redemptions: [redemption] });
  const answers = await Promise.all([
    ...["capture", "cancel", "capture", "cancel"].map((end) =>
      till.call("POST", `/v1/redemptions/${redemption}/${end}`),
    ),
    till.call("POST", "/v1/sales", { body: sale("one") }),
    till.call("POST", "/v1/sales", { body: sale("two") }),
  ]);

  expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  const { state } = await till.must("GET", `/v1/redemptions/${redemption}`);
  expect((await balances(world))["points"]).toBe(text(state) === "cancelled" ? before + 20 : before);
});

test("one request twenty times at once under one key: one booking, one answer", async () => {
  const world = await createWorld();
  const { till, member, phone } = world;
  const before = Number((await balances(world))["points"]);
  const idem = crypto.randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      till.call("POST", "/v1/sales", {
        idem,
        body: { receipt: "same", member: index % 2 === 0 ? { id: member } : { phone }, total: eur(1000) },
      }),
    ),
  );

  expect(statuses(answers)).toEqual({ 201: 20 });
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(answers.filter(({ headers }) => !headers.has("idempotency-replayed"))).toHaveLength(1);
  expect((await balances(world))["points"]).toBe(before + 10);
});

test("one receipt twenty times at once under as many keys: one booking", async () => {
  const world = await createWorld();
  const before = Number((await balances(world))["points"]);
  const body = { receipt: "same", member: { id: world.member }, total: eur(1000) };
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.till.call("POST", "/v1/sales", { body })));

  expect(statuses(answers)).toEqual({ 201: 20 });
  expect(new Set(answers.map(({ body: answer }) => text(answer["sale"]?.["id"]))).size).toBe(1);
  expect((await balances(world))["points"]).toBe(before + 10);
});

test("two tills with the same receipt number are two sales", async () => {
  const world = await createWorld();
  const { till, otherTill, member } = world;
  const before = Number((await balances(world))["points"]);
  const body = { receipt: "1", member: { id: member }, total: eur(1000) };
  const [here, there] = await Promise.all([
    till.call("POST", "/v1/sales", { idem: "k", body }),
    otherTill.call("POST", "/v1/sales", { idem: "k", body }),
  ]);

  expect([here.status, there.status]).toEqual([201, 201]);
  expect(here.body["sale"]?.["id"]).not.toBe(there.body["sale"]?.["id"]);
  expect((await balances(world))["points"]).toBe(before + 20);
});

test("one phone number by two tills at once: one member", async () => {
  const { till, otherTill } = await createWorld();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? till : otherTill).call("POST", "/v1/members", { body: { phone: "0633333333" } }),
    ),
  );

  expect(statuses(answers)).toEqual({ 201: 1, 409: 9 });
  expect(listOf((await till.must("GET", "/v1/members?phone=0633333333"))["data"])).toHaveLength(1);
});

test("a member is made once under one key, with its plastic card", async () => {
  const { till } = await createWorld();
  const idem = crypto.randomUUID();
  const body = { phone: "0644444444", card: "98765432" };
  const answers = await Promise.all(Array.from({ length: 10 }, () => till.call("POST", "/v1/members", { idem, body })));

  expect(statuses(answers)).toEqual({ 201: 10 });
  expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  const found = await till.must("POST", "/v1/members/identify", { member: { card: "98765432" } });
  expect(listOf(found["cards"])).toHaveLength(2);
});

test("a sale is returned whole by two tills at once: once", async () => {
  const world = await createWorld();
  const { till, otherTill, sale } = world;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? till : otherTill).call("POST", "/v1/returns", {
        body: { return_id: `R-${index}`, sale: { id: sale } },
      }),
    ),
  );

  expect(statuses(answers)).toEqual({ 201: 1, 409: 9 });
  expect((await balances(world))["points"]).toBe(4980);
});

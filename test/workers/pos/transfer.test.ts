import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import { accountObjectName, formatObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { accountClient } from "../../../src/durable/member-account/client.ts";
import { cafeProgram, programPayload } from "../../support/workerd/account.ts";
import { createTestMerchant, type TestMerchant } from "../../support/workerd/merchant.ts";
import { balances, text } from "./routes.ts";

interface Pair extends TestMerchant {
  readonly anna: string;
  readonly bram: string;
}

async function pair(program: object = cafeProgram): Promise<Pair> {
  const merchant = await createTestMerchant({ program });
  const [anna, bram] = await Promise.all(
    ["0612345678", "0687654321"].map(async (phone) =>
      text((await merchant.till.must("POST", "/v1/members", { phone }))["member"]?.["id"]),
    ),
  );
  if (anna === undefined || bram === undefined) throw new Error("nobody was made");
  await merchant.till.must("POST", "/v1/adjustments", { member: { id: anna }, unit: "points", delta: 50, reason: "x" });
  return { ...merchant, anna, bram };
}

test("a member gives points to another, once, however often it is asked", async () => {
  const { till, anna, bram } = await pair();
  const body = { to: { phone: "0687654321" }, amount: 20 };
  const first = await till.call("POST", `/v1/members/${anna}/transfer`, { body, idem: "gift" });
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({ from: anna, to: bram, amount: 20 });
  expect((await till.call("POST", `/v1/members/${anna}/transfer`, { body, idem: "gift" })).body).toEqual(first.body);
  expect(await balances({ till, member: anna })).toMatchObject({ points: 30 });
  expect(await balances({ till, member: bram })).toMatchObject({ points: 20 });
  const entries = await till.must("GET", `/v1/members/${bram}/entries`);
  expect(entries["data"]?.[0]?.["explanation"]).toBe("+20 punten: gekregen van een andere klant");
});

test.each([
  ["more than there are", { amount: 51 }, "insufficient_balance"],
  ["to oneself", { to: { phone: "0612345678" } }, "transfer_same_member"],
  ["to nobody", { to: { phone: "0611111111" } }, "member_unknown"],
])("is refused: %s", async (_when, changes, code) => {
  const { till, anna, bram } = await pair();
  const body = { to: { id: bram }, amount: 1, ...changes };
  expect((await till.call("POST", `/v1/members/${anna}/transfer`, { body })).body).toMatchObject({ code });
});

test("is off unless the programme says so", async () => {
  const { transfers: _transfers, ...silent } = cafeProgram;
  const { till, anna, bram } = await pair(silent);
  const body = { to: { id: bram }, amount: 1 };
  expect((await till.call("POST", `/v1/members/${anna}/transfer`, { body })).body).toMatchObject({
    code: "transfers_off",
  });
});

test("what is cut off after the reservation arrives by the alarm, once", async () => {
  const { till, anna, bram, ids, tenant, locator: _locator } = await pair();
  const [from, to] = [ids.parseMember(anna) ?? "", ids.parseMember(bram) ?? ""];
  const giver = accountClient(env.MEMBER_ACCOUNT, tenant, from, { clock_offset_ms: 0 });
  await giver.run({
    command: { type: "transfer", to, unit: "points", amount: 5, card_no: null },
    by: { kind: "system", job: "registry" },
    till: "til_x",
    idem: "til_x:cut",
    request_hash: "x",
    note: null,
    programs: [programPayload(1)],
    preview: false,
  });
  expect(await balances({ till, member: bram })).toMatchObject({ points: 0 });
  const name = accountObjectName(tenant, from);
  if (name === null) throw new Error("no account");
  const stub = env.MEMBER_ACCOUNT.getByName(formatObjectName(name));
  await runDurableObjectAlarm(stub);
  await runDurableObjectAlarm(stub);
  expect(await balances({ till, member: bram })).toMatchObject({ points: 5 });
  expect(await balances({ till, member: anna })).toMatchObject({ points: 45 });
});

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import { accountObjectName, formatObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { createTestMerchant, type Json, type TestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "./routes.ts";

const EUR = (amount: number) => ({ amount, currency: "EUR" });
const DAY_MS = 24 * 60 * 60 * 1000;

async function newMember({ till }: TestMerchant): Promise<string> {
  return text((await till.must("POST", "/v1/members", {}))["member"]?.["id"]);
}

async function points({ till }: TestMerchant, member: string): Promise<unknown> {
  const read = await till.must("GET", `/v1/members/${member}`);
  return read["wallet"]?.["balances"]?.[0]?.["available"];
}

function sold(merchant: TestMerchant, receipt = "A-1", amount = 1250): Promise<Json> {
  return merchant.till.must("POST", "/v1/sales", { receipt, total: EUR(amount) });
}

test("a sale without a member waits, and one scan collects it", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const sale = await sold(merchant);
  expect(sale["sale"]).toMatchObject({ member: null, receipt: "A-1", total: EUR(1250) });
  expect(sale["wallet"]?.["balances"]?.[0]).toMatchObject({ unit: "points", available: 12 });
  const token = text(sale["claim"]?.["token"]);
  expect(sale["claim"]?.["url"]).toBe(`http://stempel.test/claim/${token}`);

  const member = await newMember(merchant);
  const url = text(sale["claim"]?.["url"]);
  const claimed = await merchant.till.must("POST", "/v1/claims", { token: url, member: { id: member } });
  expect(claimed).toMatchObject({ object: "claim", member, amounts: [{ unit: "points", amount: 12 }, { amount: 1 }] });
  expect(await points(merchant, member)).toBe(12);
  expect(await merchant.till.must("POST", "/v1/claims", { token, member: { id: member } })).toEqual(claimed);
  expect(await points(merchant, member)).toBe(12);
});

test("a second member is refused plainly, also when both come at once", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const token = text((await sold(merchant))["claim"]?.["token"]);
  const members = await Promise.all(Array.from({ length: 5 }, () => newMember(merchant)));
  const answers = await Promise.all(
    members.map((id) => merchant.till.call("POST", "/v1/claims", { body: { token, member: { id } } })),
  );
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: "claim_used", retryable: false });
  const all = await Promise.all(members.map((member) => points(merchant, member)));
  expect(all.filter((balance) => balance === 12)).toHaveLength(1);
  expect(all.filter((balance) => balance === 0)).toHaveLength(4);
});

test("the same sale again is the same waiting sale", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const body = { receipt: "A-1", total: EUR(1250) };
  const first = await merchant.till.call("POST", "/v1/sales", { body, idem: "one" });
  const again = await merchant.till.call("POST", "/v1/sales", { body, idem: "one" });
  const otherKey = await merchant.till.call("POST", "/v1/sales", { body, idem: "two" });
  expect(again.body).toEqual(first.body);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(otherKey.body).toEqual(first.body);
  const other = await merchant.till.call("POST", "/v1/sales", { body: { ...body, total: EUR(900) }, idem: "three" });
  expect(other.body).toMatchObject({ code: "receipt_reused" });
});

test("a preview of a waiting sale tells what it would earn and brings nothing into being", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const preview = await merchant.till.must("POST", "/v1/sales/preview", { receipt: "A-1", total: EUR(1250) });
  expect(preview["sale"]?.["id"]).toBeNull();
  expect(preview["wallet"]?.["balances"]?.[0]).toMatchObject({ available: 12 });
  expect(preview["claim"]).toBeNull();
  const written = await sold(merchant);
  expect(written["wallet"]).toEqual(preview["wallet"]);
});

test("a claimed sale is returned at the member, by its old id, and read by it", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const sale = await sold(merchant);
  const id = text(sale["sale"]?.["id"]);
  const member = await newMember(merchant);
  await merchant.till.must("POST", "/v1/claims", { token: sale["claim"]?.["token"], member: { id: member } });
  const back = { return_id: "R-1", sale: { id }, total: EUR(250) };
  const returned = await merchant.till.must("POST", "/v1/returns", back);
  expect(returned["return"]).toMatchObject({ sale: id, member, full: false });
  expect(await points(merchant, member)).toBe(10);
  expect(await merchant.till.must("GET", `/v1/sales/${id}`)).toMatchObject({ id, member, returned: "partly" });
  const rest = await merchant.otherTill.must("POST", "/v1/returns", { return_id: "R-2", sale: { id } });
  expect(rest["return"]).toMatchObject({ full: true });
  expect(await points(merchant, member)).toBe(0);
});

test("an unclaimed sale is returned by its receipt at its own till, claimed or not", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const first = await sold(merchant, "A-1");
  const byReceipt = (receipt: string) => ({ return_id: "R", sale: { receipt } });
  await merchant.till.must("POST", "/v1/returns", byReceipt("A-1"));
  const member = await newMember(merchant);
  const claimed = await merchant.till.must("POST", "/v1/claims", {
    token: first["claim"]?.["token"],
    member: { id: member },
  });
  expect(claimed["amounts"]).toEqual([]);

  const second = await sold(merchant, "A-2");
  await merchant.till.must("POST", "/v1/claims", { token: second["claim"]?.["token"], member: { id: member } });
  expect(await points(merchant, member)).toBe(12);
  await merchant.till.must("POST", "/v1/returns", byReceipt("A-2"));
  expect(await points(merchant, member)).toBe(0);
  const unknown = await merchant.till.call("POST", "/v1/returns", { body: byReceipt("A-3") });
  expect(unknown.body).toMatchObject({ code: "sale_not_known_yet", retryable: true });
});

test("a receipt that was collected and came back whole can be rung up again, and waits for somebody else", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const { till } = merchant;
  const first = await sold(merchant);
  const sale = { id: text(first["sale"]?.["id"]) };
  const [anna, bram] = [await newMember(merchant), await newMember(merchant)];
  await till.must("POST", "/v1/claims", { token: first["claim"]?.["token"], member: { id: anna } });
  await till.must("POST", "/v1/returns", { return_id: "R-1", sale, total: EUR(250) });
  expect(await sold(merchant)).toMatchObject({ sale });
  await till.must("POST", "/v1/returns", { return_id: "R-2", sale });

  const body = { receipt: "A-1", total: EUR(900) };
  const seen = await till.must("POST", "/v1/sales/preview", body);
  const second = await till.call("POST", "/v1/sales", { body, idem: "again" });
  expect(second.status).toBe(201);
  expect(second.body["wallet"]).toEqual(seen["wallet"]);
  expect(second.body["sale"]).toMatchObject({ member: null, total: EUR(900), returned: "no" });
  const retried = await till.call("POST", "/v1/sales", { body, idem: "again" });
  expect(retried.body).toEqual(second.body);
  expect((await till.call("POST", "/v1/sales", { body, idem: "newer" })).body).toEqual(second.body);
  const token = second.body["claim"]?.["token"];
  await till.must("POST", "/v1/claims", { token, member: { id: bram } });
  expect([await points(merchant, anna), await points(merchant, bram)]).toEqual([0, 9]);
  const back = { return_id: "R-3", sale: { receipt: "A-1" } };
  expect((await till.must("POST", "/v1/returns", back))["return"]).toMatchObject({ member: bram, full: true });
  expect(await points(merchant, bram)).toBe(0);
  const twice = await till.call("POST", "/v1/returns", { body: { ...back, return_id: "R-4" } });
  expect(twice.body).toMatchObject({ code: "already_returned" });
});

test("nobody claims after thirty days, and then nothing is left of the sale", async () => {
  const merchant = await createTestMerchant({ claims: true });
  const sale = await sold(merchant);
  const token = text(sale["claim"]?.["token"]);
  const member = await newMember(merchant);
  const account = merchant.ids.parseBooking("sal", text(sale["sale"]?.["id"]))?.account ?? "";
  const name = accountObjectName(merchant.tenant, account);
  if (name === null) throw new Error("no account");
  await merchant.wait(30 * DAY_MS);
  const late = await merchant.till.call("POST", "/v1/claims", { body: { token, member: { id: member } } });
  expect(late.body).toMatchObject({ code: "claim_expired", status: 410 });

  const stub = env.MEMBER_ACCOUNT.getByName(formatObjectName(name));
  // A booking under the clock that runs ahead lets the alarm ring; it may do so before we ring it ourselves.
  await merchant.till.call("POST", "/v1/returns", { body: { return_id: "R", sale: { id: sale["sale"]?.["id"] } } });
  await runDurableObjectAlarm(stub);
  const path = `/v1/sales/${text(sale["sale"]?.["id"])}`;
  await expect.poll(async () => (await merchant.till.call("GET", path)).status).toBe(404);
});

test("forged, foreign and mistyped claim links lead nowhere", async () => {
  const [merchant, other] = await Promise.all([
    createTestMerchant({ claims: true }),
    createTestMerchant({ claims: true }),
  ]);
  const token = text((await sold(merchant))["claim"]?.["token"]);
  const foreign = text((await sold(other))["claim"]?.["token"]);
  const member = await newMember(merchant);
  const made = await merchant.till.must("POST", "/v1/members", {});
  const flipped = `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`;
  for (const wrong of [flipped, foreign, text(made["card_token"]), "nonsense", "https://evil.example/"]) {
    const answer = await merchant.till.call("POST", "/v1/claims", { body: { token: wrong, member: { id: member } } });
    expect(answer.body).toMatchObject({ code: "claim_unknown", status: 404 });
  }
  expect(await points(merchant, member)).toBe(0);
});

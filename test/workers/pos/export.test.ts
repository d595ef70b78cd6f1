import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import {
  accountObjectName,
  formatObjectName,
  insightsObjectName,
  registryObjectName,
} from "../../../src/domain/tenancy/object-name.ts";
import { createTestMerchant, type TestMerchant } from "../../support/workerd/merchant.ts";
import { listOf, text } from "./routes.ts";

const EUR = (amount: number) => ({ amount, currency: "EUR" });
const CONSENT = [{ purpose: "marketing_email", granted: true, text: "Mail me (v1)" }];

/** Everything that names the person; none of it is a number that could turn up by chance. */
const PERSON = {
  name: "Annabel Zonneveld",
  email: "annabel.z@example.com",
  phone: "+31612349876",
  external_id: "crm-annabel-77",
  metadata: { diet: "notenallergie" },
};
const OTHER_PHONE = "+31687651234";
const WORDS = [
  "Annabel",
  "annabel",
  "612349876",
  "687651234",
  "notenallergie",
  "verjaardagsfeest",
  "rolstoel",
  "02-29",
];

interface Person extends TestMerchant {
  readonly member: string;
  readonly accounts: readonly string[];
}

/** A member with two merged cards and a collected receipt, and something personal in every place that takes free text. */
async function person(): Promise<Person> {
  const merchant = await createTestMerchant({ claims: true });
  const { till, ids } = merchant;
  const made = async (body: object) => text((await till.must("POST", "/v1/members", body))["member"]?.["id"]);
  const member = await made({ ...PERSON, birthday: "02-29", card: "0001000000112345", consents: CONSENT });
  const old = await made({ phone: OTHER_PHONE });
  const sold = await till.must("POST", "/v1/sales", {
    receipt: "A-1",
    total: EUR(500),
    metadata: { note: "voor het verjaardagsfeest" },
  });
  const waiting = { token: sold["claim"]?.["token"], member: { id: old } };
  await till.must("POST", "/v1/claims", waiting);
  const gift = { member: { id: old }, unit: "points", delta: 7, reason: "kwam met een rolstoel", metadata: {} };
  await till.must("POST", "/v1/adjustments", gift);
  await till.must("POST", "/v1/sales", { receipt: "A-2", member: { id: member }, total: EUR(1250) });
  const path = `/v1/members/${member}/merge`;
  const { token } = await till.must("POST", `${path}/preview`, { from: { id: old } });
  await till.must("POST", path, { from: { id: old }, token });
  const receipt = ids.parseBooking("sal", text(sold["sale"]?.["id"]))?.account ?? "";
  return { ...merchant, member, accounts: [ids.parseMember(member) ?? "", ids.parseMember(old) ?? "", receipt] };
}

/** Every row of every table of an object, as text; sealed values as the bytes they are. */
async function dump(namespace: DurableObjectNamespace, name: string): Promise<string> {
  return runInDurableObject(namespace.getByName(name), (_object, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_cf_%'")
      .toArray();
    return tables.map((table) => JSON.stringify(sql.exec(`SELECT * FROM "${table.name}"`).toArray(), readable)).join();
  });
}

function readable(_key: string, value: unknown): unknown {
  return value instanceof ArrayBuffer ? Buffer.from(value).toString("latin1") : value;
}

async function everyStore({ tenant, accounts }: Person): Promise<string> {
  const names = accounts.map((account) => accountObjectName(tenant, account)).filter((name) => name !== null);
  const dumps = await Promise.all([
    ...names.map((name) => dump(env.MEMBER_ACCOUNT, formatObjectName(name))),
    dump(env.MERCHANT_REGISTRY, formatObjectName(registryObjectName(tenant.mode, tenant.merchant))),
    dump(env.MERCHANT_INSIGHTS, formatObjectName(insightsObjectName(tenant))),
  ]);
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_cf_%'",
  ).all<{
    name: string;
  }>();
  for (const { name } of tables.results) {
    dumps.push(JSON.stringify((await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results));
  }
  return dumps.join("\n");
}

test("everything about a member comes out as JSON, merged cards and collected receipts included", async () => {
  const { till, member } = await person();
  const all = await till.must("GET", `/v1/members/${member}/export`);
  expect(all["member"]).toMatchObject({ name: PERSON.name, phone: PERSON.phone, birthday: "02-29" });
  expect(listOf(all["identifiers"]).map(({ value }) => value)).toEqual(
    expect.arrayContaining([PERSON.phone, OTHER_PHONE, PERSON.email, PERSON.external_id, "0001000000112345"]),
  );
  expect(all["consents"]).toMatchObject([{ purpose: "marketing_email", granted: true, text: "Mail me (v1)" }]);
  expect(listOf(all["cards"])).toHaveLength(3);
  const bookings = listOf(all["bookings"]);
  expect(bookings.map(({ type }) => type)).toEqual(expect.arrayContaining(["sale", "adjustment", "absorbed"]));
  expect(bookings.filter(({ type }) => text(type) === "sale")).toHaveLength(2);
  expect(JSON.stringify(bookings)).toContain("verjaardagsfeest");
  const sum = listOf(all["lots"]).reduce(
    (total, { unit, amount }) => total + (text(unit) === "points" ? Number(amount) : 0),
    0,
  );
  expect(sum).toBe(24);
});

test("the same as a table, in which no name is a formula", async () => {
  const { till, member } = await person();
  await till.must("PATCH", `/v1/members/${member}`, { name: '=HYPERLINK("x")' });
  const answer = await till.call("GET", `/v1/members/${member}/export`, { headers: { accept: "text/csv" } });
  expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const lines = text(answer.body["text"]).split("\r\n");
  expect(lines[0]).toBe("record,at,name,unit,amount,value,id");
  expect(lines.some((line) => line.includes(`"'=HYPERLINK(""x"")"`))).toBe(true);
  expect(lines.filter((line) => line.startsWith('"entry"')).length).toBeGreaterThan(4);
});

test("nothing of a person is left in any store after erasing, under any card they ever had", async () => {
  const who = await person();
  const before = await everyStore(who);
  // The search finds what is there to be found: free text lies open until it is erased.
  for (const word of ["verjaardagsfeest", "rolstoel"]) expect(before).toContain(word);
  const gone = await who.till.call("DELETE", `/v1/members/${who.member}`, {});
  expect(gone.status).toBe(204);
  const after = await everyStore(who);
  for (const word of WORDS) expect(after).not.toContain(word);
  const member = { id: who.member };
  expect((await who.till.call("POST", "/v1/members/identify", { body: { member } })).status).toBe(410);
  expect((await who.till.call("GET", `/v1/members/${who.member}/export`)).status).toBe(410);
  const again = await who.till.call("POST", "/v1/members", { body: { phone: OTHER_PHONE } });
  expect(again.status).toBe(201);
});

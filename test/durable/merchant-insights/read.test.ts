// One test signs a merchant up, which needs the tables of D1.
import "../../support/workerd/apply-migrations.ts";
import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { formatObjectName, insightsObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { InsightsClient } from "../../../src/durable/merchant-insights/client.ts";
import { CASHIER, grant, hold, returnOf, sale, viewOf } from "../../support/workerd/account.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";
import { TestShop } from "./support.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("the feed filters by member, location and type, page by page", async () => {
  const shop = new TestShop();
  const [anna, bram] = [await shop.account(), await shop.account()];
  for (let index = 0; index < 7; index += 1) await anna.book(sale());
  const sold = await bram.book(sale({ total: 900 }));
  await bram.book(returnOf(sold.body));
  await anna.book(hold("rew_cookie"));
  await shop.settle();
  const read = async (filter: Partial<Parameters<InsightsClient["feed"]>[0]>) => {
    const found: string[] = [];
    let before: number | null = null;
    for (let page = 0; page < 20; page += 1) {
      const query = { before, limit: 3, account: null, location: null, types: null, ...filter };
      const { items, next } = await shop.insights.feed(query);
      found.push(...items.map(({ account, type }) => `${account === anna.id ? "anna" : "bram"} ${type}`));
      expect(items.length).toBeLessThanOrEqual(3);
      if (next === null) return found;
      before = next;
    }
    throw new Error("the feed does not end");
  };

  expect(await read({})).toHaveLength(2 + 7 + 2 + 1);
  expect((await read({}))[0]).toBe("anna hold");
  expect(await read({ account: bram.id })).toEqual(["bram return", "bram sale", "bram opened"]);
  expect(await read({ types: ["return", "hold"] })).toEqual(["anna hold", "bram return"]);
  expect(await read({ location: "loc_0000000000000001", types: ["sale"] })).toHaveLength(8);
  expect(await read({ location: "loc_0000000000000009" })).toEqual([]);
  const [voided] = (
    await shop.insights.feed({ before: null, limit: 1, account: bram.id, location: null, types: ["sale"] })
  ).items;
  expect(voided).toMatchObject({ voided: true });
});

test("the audit log counts who saw a member's data by role and location per day, without names", async () => {
  const shop = new TestShop();
  const at_ms = Date.UTC(2026, 7, 10, 12);
  const entry = { who: "stf_1", role: "manager", location: "loc_1", action: "member.viewed", subject: "mem_a", at_ms };
  await shop.insights.appendAudit([
    entry,
    { ...entry, who: "stf_2" },
    { ...entry, role: "owner", location: null, action: "member.exported" },
    { ...entry, action: "program.published", subject: null },
    { ...entry, subject: "mem_b" },
  ]);

  expect(await shop.insights.sightings("mem_a")).toEqual([
    { day: "2026-08-10", role: "manager", location: "loc_1", action: "member.viewed", count: 2 },
    { day: "2026-08-10", role: "owner", location: null, action: "member.exported", count: 1 },
  ]);
  const first = await shop.insights.audit({ before: null, location: null, limit: 3 });
  const rest = await shop.insights.audit({ before: first.next, location: null, limit: 3 });
  expect([...first.entries, ...rest.entries].map(({ subject }) => subject)).toEqual([
    "mem_b",
    null,
    "mem_a",
    "mem_a",
    "mem_a",
  ]);
  expect(rest.next).toBe(null);
  expect((await shop.insights.audit({ before: null, location: "loc_1", limit: 10 })).entries).toHaveLength(4);
});

test("what is no sale counts on the day it is at its location", async () => {
  const merchant = await createTestMerchant();
  const insights = new InsightsClient(env.MERCHANT_INSIGHTS, merchant.tenant);
  const shop = new TestShop();
  Object.assign(shop, { tenant: merchant.tenant });
  const account = await shop.account();
  // Half past eleven at night in UTC is half past one in Amsterdam, on the next day.
  account.clock_offset_ms = Date.UTC(2027, 6, 10, 23, 30) - Date.now();
  const by = { ...CASHIER, location: merchant.location };
  viewOf(await account.client.run({ ...account.message(grant(10)), by }));
  await account.inside((_, object) => object.alarm());

  const { days } = await insights.totals({ from: "2000-01-01", to_day: "2100-01-01", location: merchant.location });

  expect(days).toMatchObject([{ day: "2027-07-11", tally: { units: { points: { given: 10 } } } }]);
});

test("a merchant's bookings reach no other object, and test mode not live mode's", async () => {
  const ids = async () => new Set((await listDurableObjectIds(env.MERCHANT_INSIGHTS)).map(String));
  const before = await ids();
  const shop = new TestShop("test");
  const account = await shop.account();
  await account.book(sale());
  await shop.settle();

  const touched = [...(await ids())].filter((id) => !before.has(id));
  expect(touched).toEqual([String(env.MERCHANT_INSIGHTS.idFromName(shop.name))]);
  expect(shop.name).toBe(formatObjectName(insightsObjectName(shop.tenant)));
  const live = new InsightsClient(env.MERCHANT_INSIGHTS, { ...shop.tenant, mode: "live" });
  expect(await live.health()).toMatchObject({ exists: false });
});

test("a message for another merchant's insights is refused", async () => {
  const [own, other] = [new TestShop(), new TestShop()];

  const refused = await own
    .inside((_, object) => object.push({ to: other.name, account: "m00000000000000a", rows: [], failed_attempts: 0 }))
    .then(() => "taken", String);

  expect(refused).toContain("a command for");
});

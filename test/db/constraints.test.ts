import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/db/database.ts";
import { isStaleRevision, isTakenLocator, type NewMerchant } from "../../src/db/repositories/merchant.ts";
import { systemDb } from "../../src/db/system-db.ts";
import { tenantDb } from "../../src/db/tenant-db.ts";

// What the database itself refuses, whatever the code above it does.
const db = openDatabase(env.DB);
const tenant = tenantDb(db, "e0constr");
const other = tenantDb(db, "e0others");
const created_at_ms = 1_700_000_000_000;
const row: NewMerchant = {
  name: "Café Constraint",
  country: "NL",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  locale: "nl",
  jurisdiction: "eu",
  claims: true,
  strict_receipts: false,
  status: "active",
  pin_salt: "00",
  revision: 1,
  config_version: 1,
  config_pushed_version_live: 1,
  config_pushed_version_test: 1,
  created_at_ms,
};
const location = { id: "loc_1", name: "n", country: "NL", timezone: "UTC", opening_hours: [], created_at_ms };
const version = {
  version: 1,
  config_version: 1,
  effective_at_ms: 1,
  hash: "h",
  json: "{}",
  published_by: "x",
  published_at_ms: 1,
};

beforeAll(async () => {
  await tenant.batch([tenant.merchant.insert(row), tenant.locations.insert(location)]);
  await other.batch([other.merchant.insert(row)]);
  await tenant.batch([tenant.programVersions.insert(version)]);
});

function run(sql: string): Promise<unknown> {
  return env.DB.prepare(sql).run();
}

describe("a published programme version", () => {
  test("cannot be changed", async () => {
    await expect(run("UPDATE program_version SET note = 'x'")).rejects.toThrow("immutable");
  });

  test("cannot be deleted while the merchant is not closed", async () => {
    await expect(run("DELETE FROM program_version")).rejects.toThrow("kept");
  });

  test("cannot be replaced", async () => {
    await expect(run("INSERT OR REPLACE INTO program_version SELECT * FROM program_version")).rejects.toThrow("gaps");
    const [[stored]] = await tenant.batch([tenant.programVersions.get(1)]);
    expect(stored).toEqual({ ...version, merchant: "e0constr", note: null });
  });

  test("is followed by the next number alone", async () => {
    const insert = tenant.batch([tenant.programVersions.insert({ ...version, version: 3 })]);
    await expect(insert).rejects.toThrow("without gaps");
  });

  test("goes when the merchant is closed", async () => {
    const closed = tenantDb(db, "e0closed");
    await closed.batch([closed.merchant.insert(row), closed.programVersions.insert(version)]);
    await closed.batch([closed.merchant.update({ status: "closed" })]);
    await run("DELETE FROM program_version WHERE merchant = 'e0closed'");
    const [rows] = await closed.batch([closed.programVersions.facts()]);
    expect(rows).toEqual([]);
  });
});

describe("a merchant", () => {
  test.each(["currency = 'USD'", "jurisdiction = 'us'", "locator = 'e0zzzzzz'", "created_at_ms = 0"])(
    "cannot have %s set",
    async (change) => {
      await expect(run(`UPDATE merchant SET ${change} WHERE locator = 'e0constr'`)).rejects.toThrow("keeps");
    },
  );

  test("has a locator of its own", async () => {
    const error: unknown = await tenant.batch([tenant.merchant.insert(row)]).catch((reason: unknown) => reason);
    expect(isTakenLocator(error)).toBe(true);
    expect(isStaleRevision(error)).toBe(false);
  });
});

test("a stale revision undoes the whole batch", async () => {
  const error: unknown = await tenant
    .batch([
      tenant.locations.insert({ ...location, id: "loc_2" }),
      tenant.merchant.claimConfigVersion(7),
      tenant.locations.insert({ ...location, id: "loc_3" }),
    ])
    .catch((reason: unknown) => reason);

  expect(isStaleRevision(error)).toBe(true);
  const [locations, [merchant]] = await tenant.batch([tenant.locations.all(), tenant.merchant.get()]);
  expect(locations.map(({ id }) => id)).toEqual(["loc_1"]);
  expect(merchant).toMatchObject({ revision: 1, config_version: 1 });
});

test("a till cannot stand at another merchant's location", async () => {
  const insert = other.batch([other.tills.insert({ id: "til_1", location: "loc_1", name: "n", created_at_ms })]);
  await expect(insert).rejects.toThrow("FOREIGN KEY");
});

test("columns are strict", async () => {
  await expect(run("UPDATE merchant SET revision = 'one'")).rejects.toThrow("cannot store TEXT");
});

test("merchants that wait for a push are found by the partial index", async () => {
  const { sql, params } = systemDb(db).merchantsBehind({ after: "", limit: 10 }).toSQL();
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  expect(plan.results.map(({ detail }) => detail).join("\n")).toContain("USING INDEX merchant_behind");
});

import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../src/db/database.ts";
import { tenantDb } from "../../src/db/tenant-db.ts";

// Renders every statement that a repository can make and looks for the tenant in it. A method that is new or renamed
// fails here until it has sample arguments; one that forgets the tenant fails for good.
const TENANT = "e0tenant";
const tenant = tenantDb(openDatabase(env.DB), TENANT);

const now_ms = 1_700_000_000_000;
const archived_at_ms = null;
const created_at_ms = now_ms;
const merchantRow = {
  name: "n",
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
  config_pushed_version_live: 0,
  config_pushed_version_test: 0,
  created_at_ms,
} as const;
const keyRow = {
  id: "k",
  till: "t",
  mode: "live",
  scopes: [],
  hash: "h",
  prefix: "p",
  last_four: "l",
  created_at_ms,
} as const;
const itemRow = {
  id: "i",
  sku: "s",
  name: "n",
  price: 1,
  category: null,
  tax_rate: null,
  button_order: 0,
  created_at_ms,
};
const invitation = {
  id: "i",
  email: "a@example.com",
  name: "n",
  roles: [],
  locale: "nl",
  token_hash: "h",
  invited_by: "s",
  created_at_ms,
  sent_at_ms: now_ms,
  sent_count: 1,
  expires_at_ms: now_ms,
} as const;
const draft = { json: "{}", updated_at_ms: now_ms, updated_by: "x" };

const statements = {
  merchant: {
    insert: tenant.merchant.insert(merchantRow),
    get: tenant.merchant.get(),
    update: tenant.merchant.update({ name: "x" }),
    claimRevision: tenant.merchant.claimRevision(1),
    claimConfigVersion: tenant.merchant.claimConfigVersion(1),
    recordPushed: tenant.merchant.recordPushed("live", 1),
    recordLost: tenant.merchant.recordLost("test", 1),
    overtake: tenant.merchant.overtake(1),
  },
  locations: {
    insert: tenant.locations.insert({
      id: "l",
      name: "n",
      country: "NL",
      timezone: "UTC",
      opening_hours: [],
      created_at_ms,
    }),
    get: tenant.locations.get("l"),
    active: tenant.locations.active(),
    all: tenant.locations.all(),
    counts: tenant.locations.counts(),
    update: tenant.locations.update("l", { name: "x" }),
    archive: tenant.locations.archive("l", now_ms),
  },
  tills: {
    insert: tenant.tills.insert({ id: "t", location: "l", name: "n", created_at_ms }),
    get: tenant.tills.get("t"),
    active: tenant.tills.active(),
    activeAt: tenant.tills.activeAt("l"),
    all: tenant.tills.all(),
    counts: tenant.tills.counts(),
    rename: tenant.tills.rename("t", "x"),
    archive: tenant.tills.archive("t", now_ms),
  },
  keys: {
    insert: tenant.keys.insert(keyRow),
    get: tenant.keys.get("k"),
    active: tenant.keys.active(now_ms),
    page: tenant.keys.page({ till: "t", after: { created_at_ms, id: "k" }, limit: 1 }),
    counts: tenant.keys.counts(now_ms),
    revoke: tenant.keys.revoke("k", now_ms),
    revokeOfTill: tenant.keys.revokeOfTill("t", now_ms),
    expire: tenant.keys.expire("k", now_ms),
    successors: tenant.keys.successors("k"),
  },
  staff: {
    insert: tenant.staff.insert({ id: "s", name: "n", created_at_ms }),
    get: tenant.staff.get("s"),
    byEmail: tenant.staff.byEmail("a@example.com"),
    byUser: tenant.staff.byUser("u"),
    active: tenant.staff.active(),
    withOwnCard: tenant.staff.withOwnCard(),
    all: tenant.staff.all(),
    withPin: tenant.staff.withPin("h", ["l"]),
    withAnyPinAt: tenant.staff.withAnyPinAt("l"),
    counts: tenant.staff.counts(),
    update: tenant.staff.update("s", { name: "x" }),
    setPin: tenant.staff.setPin("s", null),
    archive: tenant.staff.archive("s", now_ms),
  },
  staffRoles: {
    all: tenant.staffRoles.all(),
    of: tenant.staffRoles.of("s"),
    ownersBesides: tenant.staffRoles.ownersBesides("s"),
    insert: tenant.staffRoles.insert("s", [{ location: "l", role: "owner" }]),
    removeAll: tenant.staffRoles.removeAll("s"),
  },
  staffInvitations: {
    insert: tenant.staffInvitations.insert(invitation),
    get: tenant.staffInvitations.get("i"),
    byToken: tenant.staffInvitations.byToken("h"),
    newest: tenant.staffInvitations.newest(1),
    openTo: tenant.staffInvitations.openTo("a@example.com", now_ms),
    madeSince: tenant.staffInvitations.madeSince(now_ms),
    resent: tenant.staffInvitations.resent("i", { token_hash: "h", sent_at_ms: 1, expires_at_ms: 2 }),
    accepted: tenant.staffInvitations.accepted("i", now_ms),
    revoked: tenant.staffInvitations.revoked("i", now_ms),
  },
  agreements: {
    insert: tenant.agreements.insert({ agreement: "terms", version: "v", accepted_by: "u", accepted_at_ms: now_ms }),
    all: tenant.agreements.all(),
  },
  billing: {
    get: tenant.billing.get(),
    update: tenant.billing.update({ synced_at_ms: now_ms }),
    insert: tenant.billing.insert({ claim: "c", trial_ends_at_ms: now_ms, created_at_ms }),
  },
  billingTrials: {
    claim: tenant.billingTrials.claim("c", now_ms),
    own: tenant.billingTrials.own("c"),
  },
  pinAttempts: {
    count: tenant.pinAttempts.count("s", now_ms, { attempts_max: 5, window_ms: 1 }),
    clear: tenant.pinAttempts.clear("s"),
    takeBack: tenant.pinAttempts.takeBack("s"),
  },
  items: {
    insert: tenant.items.insert({ ...itemRow, archived_at_ms }),
    get: tenant.items.get("i"),
    bySku: tenant.items.bySku("s"),
    withSkus: tenant.items.withSkus(["s"]),
    active: tenant.items.active(),
    page: tenant.items.page({ archived: true, after: { button_order: 0, id: "i" }, limit: 1 }),
    counts: tenant.items.counts(),
    update: tenant.items.update("i", { name: "x" }),
    archive: tenant.items.archive("i", now_ms),
    upsert: tenant.items.upsert([itemRow]),
  },
  programDrafts: {
    get: tenant.programDrafts.get(),
    create: tenant.programDrafts.create(draft),
    replace: tenant.programDrafts.replace(1, draft),
  },
  programVersions: {
    insert: tenant.programVersions.insert({
      version: 1,
      config_version: 1,
      effective_at_ms: now_ms,
      hash: "h",
      json: "{}",
      published_by: "x",
      published_at_ms: now_ms,
    }),
    get: tenant.programVersions.get(1),
    latest: tenant.programVersions.latest(),
    facts: tenant.programVersions.facts(),
    page: tenant.programVersions.page({ before: 2, limit: 1 }),
    unconfirmedTexts: tenant.programVersions.unconfirmedTexts(),
    textsUpTo: tenant.programVersions.textsUpTo(1),
  },
};

/** Where a person or a code leads to a tenant. */
const LOGIN_DB_IMPORTERS = ["src/workers/main.ts", "src/workers/ports.ts"];

interface Rendered {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The tables a statement touches whose tenant it does not name. */
function unguarded({ sql, params }: Rendered): string[] {
  const touched = [...sql.matchAll(/\b(from|join|update|into) "(\w+)"/g)].map((match) => match[2] ?? "");
  const bound = params.includes(TENANT);
  return touched.filter((table) => !bound || !(namesTenant(sql, table) || insertsTenant(sql, params)));
}

function namesTenant(sql: string, table: string): boolean {
  const column = table === "merchant" ? "locator" : "merchant";
  return sql.includes(`"${table}"."${column}" = ?`);
}

/** The tenant is the first value of an insert, and its column the first. */
function insertsTenant(sql: string, params: readonly unknown[]): boolean {
  return /^insert into "\w+" \("(merchant|locator)",/.test(sql) && params[0] === TENANT;
}

const cases = Object.entries(statements).flatMap(([repository, methods]) =>
  Object.entries(methods).map(([method, statement]): [string, Rendered] => [
    `${repository}.${method}`,
    statement.toSQL(),
  ]),
);

test("every method of every repository is rendered here", () => {
  const methods = Object.entries(tenant)
    .filter(([, value]) => typeof value === "object")
    .flatMap(([repository, value]) => Object.keys(value).map((method) => `${repository}.${method}`));

  expect(cases.map(([method]) => method).toSorted()).toEqual(methods.toSorted());
});

describe("names the tenant for every table it touches", () => {
  test.each(cases)("%s", (_method, rendered) => {
    expect(rendered.sql).toMatch(/^(select|insert|update|delete)/);
    expect(unguarded(rendered)).toEqual([]);
  });
});

describe("the check objects to", () => {
  const offences: [what: string, rendered: Rendered][] = [
    ["a read without the tenant", { sql: `select "id" from "till" where "till"."id" = ?`, params: ["t"] }],
    ["a read of another tenant", { sql: `select "id" from "till" where "till"."merchant" = ?`, params: ["e0others"] }],
    [
      "a join that guards one side",
      {
        sql: `select 1 from "till" inner join "location" on "location"."id" = "till"."location" where "till"."merchant" = ?`,
        params: [TENANT],
      },
    ],
    ["an update without the tenant", { sql: `update "item" set "name" = ?`, params: [TENANT] }],
    ["a delete without the tenant", { sql: `delete from "staff_role"`, params: [] }],
    ["an insert for another", { sql: `insert into "till" ("merchant", "id") values (?, ?)`, params: ["x", TENANT] }],
  ];

  test.each(offences)("%s", (_what, rendered) => {
    expect(unguarded(rendered)).toHaveLength(1);
  });
});

describe("the tables are reached through tenantDb and systemDb alone", () => {
  const sources = Object.entries(
    import.meta.glob("../../src/**/*.ts", { query: "?raw", import: "default", eager: true }),
  ).map(([path, source]) => ({ path: path.replace("../../", ""), source }));

  function importersOf(pattern: RegExp): string[] {
    return sources.filter(({ source }) => pattern.test(source)).map(({ path }) => path);
  }

  test("only src/db imports drizzle", () => {
    expect(importersOf(/from "drizzle-orm/).filter((path) => !path.startsWith("src/db/"))).toEqual([]);
  });

  test("outside src/db the schema is imported for its types alone", () => {
    const importers = importersOf(/^import (?!type )[^;]*\/db\/schema\//m);
    expect(importers.filter((path) => !path.startsWith("src/db/"))).toEqual([]);
  });

  test("only jobs of the platform import systemDb", () => {
    // Cross-tenant reads: a new importer must be a job that serves no single merchant's request.
    const allowed = ["src/workers/cron/context.ts", "src/workers/main.ts"];
    expect(importersOf(/\/system-db\.ts"/).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  test("only what signs in and pairs imports loginDb", () => {
    // It goes by person or code where no tenant is known yet.
    const importers = importersOf(/^import (?!type )[^;]*\/login-db\.ts"/m);
    expect(importers.filter((path) => !LOGIN_DB_IMPORTERS.includes(path))).toEqual([]);
  });

  test("services know nothing of HTTP", () => {
    expect(importersOf(/from "(hono|@hono)/).filter((path) => path.startsWith("src/workers/services/"))).toEqual([]);
  });
});

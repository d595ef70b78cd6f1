import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { openTenant } from "../services/harness.ts";
import { Browser, newAddress, signUpBody, signUpMerchant, text } from "../../support/workerd/browser.ts";
import { callApi } from "../../support/workerd/merchant.ts";
import { eventually } from "../../support/eventually.ts";

// Each test makes a merchant or signs people in over HTTP: many calls, which a busy machine answers slowly.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

/** The newest mail to an address, once the queue has delivered it. */
async function mailTo(address: string): Promise<string> {
  return eventually(async () => {
    const { data } = await new Browser().must("GET", `/dev/mailbox.json?to=${encodeURIComponent(address)}`);
    const newest = text(data?.["0"]?.["text"]);
    expect(newest).not.toBe("");
    return newest;
  });
}

describe("from nothing to a sale", { timeout: 30_000 }, () => {
  test("with a code from the mail, a template and the live key", async () => {
    const email = newAddress("journey");
    const browser = new Browser();
    await browser.must("POST", "/api/auth/codes", { body: { email, locale: "en" } });
    const [code = ""] = /\b\d{6}\b/.exec(await mailTo(email)) ?? [];
    await browser.must("POST", "/api/auth/sessions", { body: { email, code, name: "Ria de Boer" } });
    const made = await browser.must("POST", "/api/merchants", { body: signUpBody });
    const { locator } = made["merchant"] ?? {};
    const live = [made["keys"]?.["0"], made["keys"]?.["1"]].find((key) => text(key?.["mode"]) === "live");

    const key = text(live?.["secret"]);
    const member = await callApi("POST", "/v1/members", { key, body: { name: "Sanne" } });
    expect(member).toMatchObject({ status: 201 });
    const sale = await callApi("POST", "/v1/sales", {
      key,
      body: {
        receipt: "1",
        member: { id: member.body["member"]?.["id"] },
        total: { amount: 700, currency: "EUR" },
        lines: [{ sku: "coffee", category: "coffee", kind: "item", quantity: "2", amount: 700 }],
      },
    });
    expect(sale).toMatchObject({ status: 201, body: { sale: {} } });
    expect(JSON.stringify(sale.body["wallet"])).toContain("stamps:stc_coffee");
    expect(await browser.must("GET", "/api/me")).toMatchObject({
      user: { email, name: "Ria de Boer" },
      memberships: [{ merchant: { locator, status: "active" }, roles: [{ role: "owner" }] }],
    });
  });

  test("an invitation's link from the mail makes a colleague, who works with a PIN of their own", async () => {
    const at = await signUpMerchant();
    const email = newAddress("noor");
    const body = { email, name: "Noor", roles: [{ location: at.location, role: "manager" }], locale: "nl" };
    await at.owner.must("POST", `${at.path}/invitations`, { body });
    const [, token = ""] = /\/app\/invitation#(\w+)/.exec(await mailTo(email)) ?? [];

    expect(await new Browser().must("POST", "/api/invitations/preview", { body: { token } })).toMatchObject({
      merchant: { locator: at.locator, name: signUpBody.name },
      email,
      roles: body.roles,
    });
    const noor = await new Browser().signIn(email, "Noor");
    const accepted = await noor.must("POST", "/api/invitations/accept", { body: { token } });
    expect(accepted).toMatchObject({ memberships: [{ merchant: { locator: at.locator }, roles: body.roles }] });
    const staff = text(accepted["memberships"]?.["0"]?.["staff"]);
    expect(await noor.must("PUT", `${at.path}/staff/${staff}/pin`, { body: { pin: "4826" } })).toMatchObject({
      has_pin: true,
      email,
    });
  });
});

describe("signing up", () => {
  test("makes everything in one step, and tells each key once", async () => {
    const browser = await new Browser().signIn(newAddress());
    const made = await browser.must("POST", "/api/merchants", { body: signUpBody });

    expect(made).toMatchObject({
      object: "signed_up",
      merchant: { name: signUpBody.name, goal: "more_visits", template: "coffee-stamps", currency: "EUR" },
      location: { name: "Dorpsstraat", country: "NL" },
      till: { name: "Kassa 1" },
      staff: { name: "Ria", roles: [{ role: "owner" }] },
      program: { version: 1 },
      missing: [],
      keys: [{ mode: "live" }, { mode: "test" }],
    });
    const path = `/api/merchants/${text(made["merchant"]?.["locator"])}`;
    const secrets = [made["keys"]?.["0"], made["keys"]?.["1"]].map((key) => text(key?.["secret"]));
    for (const below of ["", "/keys", "/tills", "/staff"]) {
      const listed = JSON.stringify(await browser.must("GET", `${path}${below}`));
      for (const secret of secrets) expect(listed).not.toContain(secret);
    }
    const listed = await browser.must("GET", `${path}/keys`);
    const shown = secrets.map((secret) => ({
      prefix: secret.slice(0, 21),
      last_four: secret.slice(-4),
      last_used_at: null,
    }));
    expect(listed["data"]).toHaveLength(2);
    for (const key of shown) expect(listed["data"]).toContainEqual(expect.objectContaining(key));
    const items = await browser.must("GET", `${path}/items`);
    expect(items["data"]?.["0"]).toMatchObject({ sku: "coffee", name: "Koffie", category: "coffee" });
  });

  test.each(["coffee-stamps", "points-per-euro", "cashback", "salon-tiers"])("works from %s", async (template) => {
    const at = await signUpMerchant({ template });
    const program = await callApi("GET", "/v1/program", { key: at.liveKey });
    expect(program.body["current"]?.["document"]).toMatchObject({ name: signUpBody.name, currency: "EUR" });
  });

  test("keeps what was accepted, when, and by whom", async () => {
    const at = await signUpMerchant();
    const tenant = openTenant(at.locator);
    const [rows, [owner]] = await tenant.batch([tenant.agreements.all(), tenant.staff.get(at.staff)]);
    expect(rows.map(({ agreement, version }) => `${agreement} ${version}`).toSorted()).toEqual([
      "processing 2026-11-01",
      "terms 2026-11-01",
    ]);
    expect(new Set(rows.map((row) => row.accepted_by))).toEqual(new Set([owner?.user]));
    const change = env.DB.prepare("UPDATE merchant_agreement SET version = 'x'").run();
    await expect(change).rejects.toThrow("on record");
  });

  test.each([
    [{ agreements: undefined }, 422, "validation_failed"],
    [{ agreements: { terms: "2026-11-01" } }, 422, "validation_failed"],
    [{ agreements: { terms: "2025-01-01", processing: "2026-11-01" } }, 409, "agreement_outdated"],
    [{ goal: "world_domination" }, 422, "validation_failed"],
    [{ template: "free-money" }, 422, "validation_failed"],
    [{ currency: "XXZ" }, 422, "validation_failed"],
    [{ timezone: "Mars/Base" }, 422, "validation_failed"],
    [{ name: "x".repeat(81) }, 422, "validation_failed"],
    [{ name: "a\nb" }, 422, "validation_failed"],
    [{ status: "active" }, 422, "validation_failed"],
    [{ owner_name: "" }, 422, "validation_failed"],
  ])("refuses %j", async (changes, status, code) => {
    const browser = await new Browser().signIn(newAddress());
    const answer = await browser.call("POST", "/api/merchants", { body: { ...signUpBody, ...changes } });
    expect(answer).toMatchObject({ status, body: { code } });
    expect((await browser.must("GET", "/api/me"))["memberships"]).toEqual([]);
  });

  test("is bounded per person", { timeout: 20_000 }, async () => {
    const browser = await new Browser().signIn(newAddress());
    const statuses = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      statuses.push((await browser.call("POST", "/api/merchants", { body: signUpBody })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429]);
  });

  test("tells beforehand what templates there are and what they lack", async () => {
    const templates = await new Browser().must("GET", "/api/templates");
    expect(templates["data"]).toMatchObject([
      { id: "coffee-stamps", missing: [] },
      { id: "points-per-euro", missing: [] },
      { id: "cashback" },
      { id: "salon-tiers" },
    ]);
    expect(await new Browser().must("GET", "/api/agreements")).toMatchObject({
      data: [
        { agreement: "terms", version: "2026-11-01" },
        { agreement: "processing", version: "2026-11-01" },
      ],
    });
  });
});

describe("the programme", () => {
  test("is drafted, published and read back", async () => {
    const at = await signUpMerchant();
    const path = `${at.path}/program`;
    expect(await at.owner.must("GET", `${path}/draft`)).toMatchObject({ revision: 0, document: null });
    const { document } = await at.owner.must("GET", `${path}/versions/1`);
    const broken = { ...document, currency: "USD" };
    const saved = await at.owner.must("PUT", `${path}/draft`, { body: { revision: 0, document: broken } });
    expect(saved).toMatchObject({ revision: 1, issues: [{ path: "currency" }] });
    const refused = await at.owner.call("POST", `${path}/publish`, { body: { draft_revision: 1 } });
    expect(refused).toMatchObject({ status: 422, body: { code: "program_invalid", errors: [{ path: "currency" }] } });

    const good = { ...document, name: "Koffie en meer" };
    await at.owner.must("PUT", `${path}/draft`, { body: { revision: 1, document: good } });
    const stale = await at.owner.call("PUT", `${path}/draft`, { body: { revision: 1, document: broken } });
    expect(stale).toMatchObject({ status: 409, body: { code: "draft_changed" } });
    const soon = { draft_revision: 2, effective_at: new Date().toISOString() };
    expect(await at.owner.call("POST", `${path}/publish`, { body: soon })).toMatchObject({
      status: 422,
      body: { code: "effective_refused" },
    });
    const published = await at.owner.must("POST", `${path}/publish`, { body: { draft_revision: 2, note: "Nieuw" } });
    expect(published).toMatchObject({ version: 2, note: "Nieuw", published_by: at.staff });
    const again = await at.owner.call("POST", `${path}/publish`, { body: { draft_revision: 2 } });
    expect(again).toMatchObject({ status: 409, body: { code: "program_unchanged" } });
    expect(await at.owner.must("GET", `${path}/versions`)).toMatchObject({ data: [{ version: 2 }, { version: 1 }] });
    expect(await at.owner.must("GET", `${path}/versions/2`)).toMatchObject({ document: good });
  });
});

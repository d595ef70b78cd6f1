import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Browser, type SignedUp, signUpMerchant, text } from "../../support/workerd/browser.ts";
import { type ApiAnswer, callApi } from "../../support/workerd/merchant.ts";

// Each test makes a merchant or signs people in over HTTP: many calls, which a busy machine answers slowly.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

afterEach(() => {
  vi.useRealTimers();
});

let networks = 0;

/** A till that has no key yet, in a network of its own. */
function newTill(): (code: unknown, body?: object) => Promise<ApiAnswer> {
  networks += 1;
  const address = `198.51.${Math.floor(networks / 250)}.${networks % 250}`;
  return (code, body = {}) =>
    callApi("POST", "/v1/pairings", {
      body: { code, ...body },
      idem: null,
      headers: { "cf-connecting-ip": address },
    });
}

async function codeOf(at: SignedUp, body: object = {}, till = at.till): Promise<string> {
  const made = await at.owner.must("POST", `${at.path}/tills/${till}/pairing-codes`, { body });
  expect(made).toMatchObject({ object: "pairing_code", code: expect.stringMatching(/^\d{6}$/), till });
  return text(made["code"]);
}

function wrong(code: string, by = 1): string {
  return String((Number(code) + by) % 1_000_000).padStart(6, "0");
}

function refusal(status: number, code: string) {
  return { status, body: { code } };
}

describe("a pairing code", () => {
  test("is swapped for a key that sells, and is told where the till stands", async () => {
    const at = await signUpMerchant();
    const answer = await newTill()(await codeOf(at), { name: "iPad bar" });

    expect(answer).toMatchObject({
      status: 201,
      body: {
        object: "pairing",
        mode: "live",
        scopes: ["sell", "redeem", "members", "read"],
        merchant: { locator: at.locator, currency: "EUR" },
        location: { id: at.location },
        till: { id: at.till, name: "Kassa 1" },
      },
    });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const key = text(answer.body["key"]);
    const body = { receipt: "1", total: { amount: 100, currency: "EUR" } };
    expect((await callApi("POST", "/v1/sales/preview", { key, body, idem: null })).status).toBe(200);
    const keys = await at.owner.must("GET", `${at.path}/keys?till=${at.till}`);
    expect(keys["data"]).toContainEqual(expect.objectContaining({ name: "iPad bar", last_four: key.slice(-4) }));
  });

  test("gives the mode and the scopes it was made for", async () => {
    const at = await signUpMerchant();
    const answer = await newTill()(await codeOf(at, { mode: "test", scopes: ["read"] }));
    expect(answer.body).toMatchObject({ mode: "test", scopes: ["read"] });
    expect(text(answer.body["key"])).toMatch(/^stk_test_/);
  });

  test("works once, also when several tills ask at the same moment", async () => {
    const at = await signUpMerchant();
    const code = await codeOf(at);
    const answers = await Promise.all(Array.from({ length: 5 }, () => newTill()(code)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await newTill()(code)).toMatchObject(refusal(410, "pairing_code_used"));
    const keys = await at.owner.must("GET", `${at.path}/keys?till=${at.till}`);
    expect(keys["data"]).toHaveLength(3);
  });

  test("ends after ten minutes", async () => {
    const at = await signUpMerchant();
    const code = await codeOf(at);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
    expect(await newTill()(code)).toMatchObject(refusal(410, "pairing_code_expired"));
  });

  test("ends with the next one of the same till", async () => {
    const at = await signUpMerchant();
    const [first, second] = [await codeOf(at), await codeOf(at)];
    expect(await newTill()(first)).toMatchObject(refusal(404, "pairing_code_unknown"));
    expect((await newTill()(second)).status).toBe(201);
  });

  test("of a till that was taken out of use meanwhile is unknown", async () => {
    const at = await signUpMerchant();
    const code = await codeOf(at);
    await at.owner.must("DELETE", `${at.path}/tills/${at.till}`);
    expect(await newTill()(code)).toMatchObject(refusal(404, "pairing_code_unknown"));
    const again = await at.owner.call("POST", `${at.path}/tills/${at.till}/pairing-codes`, { body: {} });
    expect(again).toMatchObject(refusal(404, "resource_unknown"));
  });

  test("of a suspended merchant makes no key, and is not used up", async () => {
    const at = await signUpMerchant();
    const code = await codeOf(at);
    const set = (status: string) =>
      env.DB.prepare("UPDATE merchant SET status = ? WHERE locator = ?").bind(status, at.locator).run();
    await set("suspended");
    expect(await newTill()(code)).toMatchObject(refusal(409, "merchant_inactive"));
    await set("active");
    expect((await newTill()(code)).status).toBe(201);
  });

  test("is not in the database", async () => {
    const at = await signUpMerchant();
    const code = await codeOf(at);
    const rows = JSON.stringify((await env.DB.prepare("SELECT code_hash FROM pairing_code").all()).results);
    expect(rows).not.toContain(code);
  });

  test.each(["12345", "1234567", "abcdef", "12 456", "", 123456, null])("that is %j is refused", async (code) => {
    expect(await newTill()(code)).toMatchObject(refusal(422, "validation_failed"));
  });

  test("with a field that is not known is refused", async () => {
    expect(await newTill()("123456", { merchant: "x" })).toMatchObject(refusal(422, "validation_failed"));
    expect(await callApi("POST", "/v1/pairings", { body: "{", idem: null })).toMatchObject(
      refusal(400, "malformed_json"),
    );
  });
});

describe("guessing pairing codes", () => {
  test("a thousand times from one network looks at ten", { timeout: 30_000 }, async () => {
    const at = await signUpMerchant();
    const code = await codeOf(at);
    const till = newTill();
    const statuses: Record<number, number> = {};
    for (let guess = 1; guess <= 60; guess += 1) {
      const { status } = await till(wrong(code, guess));
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    expect(statuses).toEqual({ 404: 10, 429: 50 });
    const right = await till(code);
    expect(right).toMatchObject(refusal(429, "rate_limited"));
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await newTill()(code)).status).toBe(201);
  });

  test("from everywhere is bounded too, and forgotten in time", { timeout: 60_000 }, async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 24 * 3_600_000 });
    const at = await signUpMerchant();
    const code = await codeOf(at);
    let refused = 0;
    for (let network = 0; network < 21; network += 1) {
      const till = newTill();
      for (let guess = 1; guess <= 10; guess += 1) {
        if ((await till(wrong(code, network * 10 + guess))).status === 429) refused += 1;
      }
    }
    expect(refused).toBe(10);
    expect(await newTill()(code)).toMatchObject(refusal(429, "rate_limited"));
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    expect((await newTill()(await codeOf(at))).status).toBe(201);
  });

  test("does not count those who are right", async () => {
    const at = await signUpMerchant();
    const till = newTill();
    for (let pairing = 0; pairing < 11; pairing += 1) expect((await till(await codeOf(at))).status).toBe(201);
  });
});

test("other calls below /v1 still need a key", async () => {
  for (const path of ["/v1/pairings/x", "/v1/program", "/v1/pairing"]) {
    expect(await callApi("POST", path, { body: {} })).toMatchObject(refusal(401, "key_missing"));
  }
  expect(await new Browser().call("GET", "/v1/pairings")).toMatchObject(refusal(401, "key_missing"));
});

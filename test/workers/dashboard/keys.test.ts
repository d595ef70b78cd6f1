import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createApp } from "../../../src/workers/app.ts";
import { KEY_RATE } from "../../../src/workers/middleware/limit-key-rate.ts";
import { CARD_RATE } from "../../../src/workers/pos/v1/limit-card-rate.ts";
import { ORIGIN, type SignedUp, signUpMerchant, text } from "../../support/workerd/browser.ts";
import { callApi, type Json } from "../../support/workerd/merchant.ts";

// Each test makes a merchant or signs people in over HTTP: many calls, which a busy machine answers slowly.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

afterEach(() => {
  vi.useRealTimers();
});

async function status(key: string): Promise<number> {
  return (await callApi("GET", "/v1/program", { key })).status;
}

async function makeKey(at: SignedUp): Promise<{ id: string; secret: string }> {
  const body = { till: at.till, mode: "live", scopes: ["sell", "read"], name: "Bar" };
  const made = await at.owner.must("POST", `${at.path}/keys`, { body });
  return { id: text(made["id"]), secret: text(made["secret"]) };
}

async function listed(at: SignedUp, id: string): Promise<Json | undefined> {
  const { data } = await at.owner.must("GET", `${at.path}/keys`);
  return Array.isArray(data) ? data.find((key: Json) => text(key["id"]) === id) : undefined;
}

describe("a key", () => {
  test("is made, shown by its ends, and sells", async () => {
    const at = await signUpMerchant();
    const { id, secret } = await makeKey(at);
    expect(await status(secret)).toBe(200);
    expect(await listed(at, id)).toMatchObject({
      till: at.till,
      mode: "live",
      scopes: ["sell", "read"],
      name: "Bar",
      prefix: secret.slice(0, 21),
      last_four: secret.slice(-4),
      revoked_at: null,
    });
  });

  test("rolls: two are valid at once, and the old one ends after its grace", async () => {
    const at = await signUpMerchant();
    const old = await makeKey(at);
    const rolled = await at.owner.must("POST", `${at.path}/keys/${old.id}/roll`, { body: { grace_seconds: 60 } });
    const successor = text(rolled["secret"]);
    expect(rolled).toMatchObject({ replaces: old.id, scopes: ["sell", "read"] });
    expect([await status(old.secret), await status(successor)]).toEqual([200, 200]);

    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    expect([await status(old.secret), await status(successor)]).toEqual([401, 200]);
    expect(await at.owner.call("POST", `${at.path}/keys/${old.id}/roll`, { body: {} })).toMatchObject({
      status: 409,
      body: { code: "key_inactive" },
    });
  });

  test("that was revoked is refused everywhere within 60 seconds", async () => {
    const at = await signUpMerchant();
    const { id, secret } = await makeKey(at);
    expect(await status(secret)).toBe(200);
    const started_ms = Date.now();
    expect(await at.owner.must("DELETE", `${at.path}/keys/${id}`)).toMatchObject({ id });
    expect((await listed(at, id))?.["revoked_at"]).not.toBeNull();

    // An isolate that had looked the key up before may take it from its memory until then, and no longer.
    vi.useFakeTimers({ toFake: ["Date"], now: started_ms + 60_000 });
    expect(await callApi("GET", "/v1/program", { key: secret })).toMatchObject({
      status: 401,
      body: { code: "key_invalid" },
    });
    vi.setSystemTime(started_ms + 3_600_000);
    expect(await status(secret)).toBe(401);
  });

  test("of a till that is taken out of use is refused within 60 seconds", async () => {
    const at = await signUpMerchant();
    expect(await status(at.liveKey)).toBe(200);
    const started_ms = Date.now();
    await at.owner.must("DELETE", `${at.path}/tills/${at.till}`);
    vi.useFakeTimers({ toFake: ["Date"], now: started_ms + 60_000 });
    expect([await status(at.liveKey), await status(at.testKey)]).toEqual([401, 401]);
  });

  test("is not made in the past", async () => {
    const at = await signUpMerchant();
    const body = { till: at.till, mode: "live", scopes: ["sell"], expires_at: "2020-01-01T00:00:00Z" };
    expect(await at.owner.call("POST", `${at.path}/keys`, { body })).toMatchObject({
      status: 422,
      body: { code: "expiry_past" },
    });
  });

  test("cannot open the dashboard, nor a session the till's API", async () => {
    const at = await signUpMerchant();
    const headers = { authorization: `Bearer ${at.liveKey}` };
    const asKey = await callApi("GET", at.path, { headers });
    expect(asKey).toMatchObject({ status: 401, body: { code: "session_missing" } });
    expect(await at.owner.call("GET", "/v1/program")).toMatchObject({ status: 401, body: { code: "key_missing" } });
  });
});

describe("the last use of a key", () => {
  test("shows once the key was used", async () => {
    const at = await signUpMerchant();
    const { id, secret } = await makeKey(at);
    expect((await listed(at, id))?.["last_used_at"]).toBeNull();
    await status(secret);
    const used = Date.parse(text((await listed(at, id))?.["last_used_at"]));
    expect(Math.abs(used - Date.now())).toBeLessThan(10_000);
  });

  test("does not hold up a sale when D1 is down", async () => {
    const at = await signUpMerchant();
    const { secret } = await makeKey(at);
    const broken = new Proxy(env.DB, {
      get: () => () => {
        throw new Error("D1 is down");
      },
    });
    const answer = await fetchWith({ ...env, DB: broken }, secret);
    expect(answer.status).toBe(200);
  });
});

describe("the rate of a key", () => {
  test("is bounded, and says when to come again", async () => {
    const at = await signUpMerchant();
    const bounded: Env = { ...env, RATE_LIMITS: "on", POS_RATE: counter(3) };
    const statuses = [];
    let last: Response | undefined;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      last = await fetchWith(bounded, at.liveKey);
      statuses.push(last.status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(last?.headers.get("retry-after")).toBe(String(KEY_RATE.seconds));
    expect(await last?.json()).toMatchObject({ code: "rate_limited", retryable: true });
    // Another key of the same till is counted by itself.
    expect((await fetchWith(bounded, at.testKey)).status).toBe(200);
  });

  test("holds in production whatever RATE_LIMITS says, and not on a developer's machine", async () => {
    const at = await signUpMerchant();
    const nothing = counter(0);
    const production: Env = { ...env, ENVIRONMENT: "production", POS_RATE: nothing };
    expect((await fetchWith(production, at.liveKey)).status).toBe(429);
    expect((await fetchWith({ ...env, POS_RATE: nothing }, at.liveKey)).status).toBe(200);
  });

  test("does not stop sales when the counter fails", async () => {
    const at = await signUpMerchant();
    const failing = { limit: () => Promise.reject(new Error("down")) };
    expect((await fetchWith({ ...env, RATE_LIMITS: "on", POS_RATE: failing }, at.liveKey)).status).toBe(200);
  });

  test("is counted by the platform's own counter as wrangler.toml says", { timeout: 20_000 }, async () => {
    let within = 0;
    for (let attempt = 0; attempt < KEY_RATE.requests + 5; attempt += 1) {
      if ((await env.POS_RATE.limit({ key: "a key of this test" })).success) within += 1;
    }
    // The window may have turned once meanwhile.
    expect([KEY_RATE.requests, KEY_RATE.requests + 5]).toContain(within);
  });
});

describe("the rate of a card", () => {
  test("is bounded however the member is named, and other cards go on", async () => {
    const at = await signUpMerchant();
    const bounded: Env = { ...env, RATE_LIMITS: "on", CARD_RATE: counter(2) };
    const make = async (): Promise<{ member: { id: string }; card_token: string }> =>
      (await fetchWith(env, at.liveKey, "/v1/members", {})).json();
    const [one, other] = [await make(), await make()];
    const ask = (member: object) => fetchWith(bounded, at.liveKey, "/v1/members/identify", { member });

    expect((await ask({ id: one.member.id })).status).toBe(200);
    expect((await ask({ card: one.card_token })).status).toBe(200);
    const refused = await ask({ card: one.card_token });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: "rate_limited", retryable: true });
    expect((await ask({ card: other.card_token })).status).toBe(200);
  });

  test("is counted by the platform's own counter as wrangler.toml says", async () => {
    let within = 0;
    for (let attempt = 0; attempt < CARD_RATE.requests + 5; attempt += 1) {
      if ((await env.CARD_RATE.limit({ key: "a card of this test" })).success) within += 1;
    }
    // The window may have turned once meanwhile.
    expect([CARD_RATE.requests, CARD_RATE.requests + 5]).toContain(within);
  });
});

/** One request of the POS API with other bindings; a body makes it a POST. */
async function fetchWith(bindings: Env, key: string, path = "/v1/program", body?: object): Promise<Response> {
  const ctx = createExecutionContext();
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { "content-type": "application/json", "idempotency-key": crypto.randomUUID() }),
  };
  const sent = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  const request = new Request(`${ORIGIN}${path}`, sent);
  const answer = await createApp().fetch(request, bindings, ctx);
  await waitOnExecutionContext(ctx);
  return answer;
}

function counter(max: number): RateLimit {
  const counts = new Map<string, number>();
  return {
    limit: ({ key }) => {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return Promise.resolve({ success: count <= max });
    },
  };
}

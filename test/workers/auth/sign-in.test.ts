import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { createAuth } from "../../../src/workers/auth/auth.ts";
import { makeCode } from "../../../src/workers/auth/sessions.ts";
import { Browser, newAddress, ORIGIN, text } from "../../support/workerd/browser.ts";

// Each test makes a merchant or signs people in over HTTP: many calls, which a busy machine answers slowly.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

function codeFor(email: string): Promise<string> {
  return makeCode(createAuth(env, ORIGIN), email);
}

async function trySignIn(browser: Browser, email: string, code: string) {
  return browser.call("POST", "/api/auth/sessions", { body: { email, code } });
}

function wrong(code: string): string {
  return code === "000000" ? "000001" : "000000";
}

describe("a code", () => {
  test("opens a session and makes a new user", async () => {
    const email = newAddress();
    const browser = new Browser();
    const answer = await browser.call("POST", "/api/auth/sessions", {
      body: { email: email.toUpperCase(), code: await codeFor(email), name: "Ria" },
    });

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ object: "signed_in", user: { object: "user", email, name: "Ria" } });
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^stempel\.session_token=.+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await browser.must("GET", "/api/me")).toMatchObject({ object: "me", user: { email }, memberships: [] });
  });

  test.each([
    ["over https", env, "https://stempel.example"],
    ["in production however it is asked", { ...env, ENVIRONMENT: "production" }, "http://stempel.example"],
  ])("gets a secure cookie %s", async (_how, bindings, origin) => {
    const email = newAddress();
    const auth = createAuth(bindings, origin);
    const code = await makeCode(auth, email);
    const { headers } = await auth.api.signInEmailOTP({ body: { email, otp: code }, returnHeaders: true });
    expect(headers.get("set-cookie")).toMatch(/^__Secure-stempel\.session_token=.*; Secure/);
  });

  test("works once", async () => {
    const email = newAddress();
    const code = await codeFor(email);
    expect((await trySignIn(new Browser(), email, code)).status).toBe(201);
    expect(await trySignIn(new Browser(), email, code)).toMatchObject({ status: 422, body: { code: "code_invalid" } });
  });

  test("opens one session when it is used at the same moment", async () => {
    const email = newAddress();
    const code = await codeFor(email);
    const answers = await Promise.all(Array.from({ length: 6 }, () => trySignIn(new Browser(), email, code)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  test("is void after five wrong tries", async () => {
    const email = newAddress();
    const code = await codeFor(email);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await trySignIn(new Browser(), email, wrong(code))).body).toMatchObject({ code: "code_invalid" });
    }
    expect((await trySignIn(new Browser(), email, code)).body).toMatchObject({ code: "code_invalid" });
  });

  test("survives four wrong tries", async () => {
    const email = newAddress();
    const code = await codeFor(email);
    for (let attempt = 0; attempt < 4; attempt += 1) await trySignIn(new Browser(), email, wrong(code));
    expect((await trySignIn(new Browser(), email, code)).status).toBe(201);
  });

  test("ends after ten minutes", async () => {
    const email = newAddress();
    const code = await codeFor(email);
    const [row] = (
      await env.DB.prepare("SELECT max(expires_at_ms - created_at_ms) AS lives_ms FROM auth_verification").all()
    ).results;
    // The two times are taken one after the other.
    expect(Math.abs(Number(row?.["lives_ms"]) - 600_000)).toBeLessThan(1_000);
    await env.DB.prepare("UPDATE auth_verification SET expires_at_ms = ?")
      .bind(Date.now() - 1)
      .run();
    expect((await trySignIn(new Browser(), email, code)).body).toMatchObject({ code: "code_invalid" });
  });

  test("is for its own address", async () => {
    const code = await codeFor(newAddress());
    const other = newAddress();
    await codeFor(other);
    expect((await trySignIn(new Browser(), other, code)).body).toMatchObject({ code: "code_invalid" });
  });

  test("is not in the database, nor is the address it went to", async () => {
    const email = newAddress("secret");
    const code = await codeFor(email);
    const rows = JSON.stringify((await env.DB.prepare("SELECT * FROM auth_verification").all()).results);
    expect(rows).not.toContain(code);
    expect(rows).not.toContain(email);
  });

  test("is asked for with the same answer, known or not", async () => {
    const known = newAddress();
    await new Browser().signIn(known);
    const browser = new Browser();
    const answers = [];
    for (const email of [known, newAddress()]) {
      const { status, body } = await browser.call("POST", "/api/auth/codes", { body: { email } });
      answers.push({ status, body });
    }
    expect(answers[0]).toEqual({ status: 202, body: { object: "code_request", expires_in_seconds: 600 } });
    expect(answers[1]).toEqual(answers[0]);
  });

  test.each([{ email: "nobody" }, { email: "" }, {}, { email: "a@example.com", password: "x" }])(
    "is not asked for with %j",
    async (body) => {
      expect((await new Browser().call("POST", "/api/auth/codes", { body })).status).toBe(422);
    },
  );
});

describe("guessing", () => {
  test("is bounded per mailbox, from wherever it comes", async () => {
    const email = newAddress();
    const statuses = [];
    let code = "";
    for (let attempt = 0; attempt < 25; attempt += 1) {
      if (attempt % 5 === 0) code = await codeFor(email);
      const browser = new Browser();
      browser.address = `198.51.100.${attempt}`;
      statuses.push((await trySignIn(browser, email, wrong(code))).status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 422));
    expect(statuses.slice(20)).toEqual(Array.from({ length: 5 }, () => 429));
    const right = await trySignIn(new Browser(), email, await codeFor(email));
    expect(right.status).toBe(429);
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("a thousand times from one address looks at sixty", async () => {
    const browser = new Browser();
    browser.address = "203.0.113.9";
    const statuses = new Map<number, number>();
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { status } = await trySignIn(browser, newAddress("victim"), "123456");
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 422: 60, 429: 40 });
  });

  test("does not use up what others may try", async () => {
    const email = newAddress();
    const flooder = new Browser();
    flooder.address = "203.0.113.10";
    for (let attempt = 0; attempt < 60; attempt += 1) await trySignIn(flooder, newAddress("x"), "123456");
    for (let attempt = 0; attempt < 30; attempt += 1) await trySignIn(flooder, email, "123456");
    expect((await trySignIn(new Browser(), email, await codeFor(email))).status).toBe(201);
  });

  test("of right codes is not counted", async () => {
    const email = newAddress();
    for (let attempt = 0; attempt < 25; attempt += 1) {
      expect((await trySignIn(new Browser(), email, await codeFor(email))).status).toBe(201);
    }
  });

  test("is bounded for a network, not for one of its addresses", async () => {
    const statuses = [];
    for (let attempt = 0; attempt < 61; attempt += 1) {
      const browser = new Browser();
      browser.address = `2001:db8:0:7::${attempt.toString(16)}`;
      statuses.push((await trySignIn(browser, newAddress("six"), "123456")).status);
    }
    expect(statuses.at(-2)).toBe(422);
    expect(statuses.at(-1)).toBe(429);
  });

  test("leaves no address in the database", async () => {
    const rows = JSON.stringify((await env.DB.prepare("SELECT * FROM rate_window").all()).results);
    expect(rows).not.toMatch(/example\.com|203\.0\.113|2001:db8/);
  });
});

test("codes are mailed to one mailbox ten times an hour at most", async () => {
  const email = newAddress();
  const statuses = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const browser = new Browser();
    browser.address = `198.51.100.${attempt + 100}`;
    statuses.push((await browser.call("POST", "/api/auth/codes", { body: { email } })).status);
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 202), 429, 429]);
});

describe("sessions", () => {
  test("are listed and ended one by one", async () => {
    const email = newAddress();
    const [here, there] = [await new Browser().signIn(email), await new Browser().signIn(email)];
    const listed = await here.must("GET", "/api/auth/sessions");
    const sessions = Array.isArray(listed["data"]) ? listed["data"] : [];
    expect(sessions).toHaveLength(2);
    expect(sessions).toContainEqual(expect.objectContaining({ current: true, user_agent: "Test browser" }));
    expect(JSON.stringify(sessions)).not.toContain("token");
    const other = sessions.find((session: { current: boolean }) => !session.current);

    expect((await here.call("DELETE", `/api/auth/sessions/${text(other?.id)}`)).status).toBe(204);
    expect(await there.call("GET", "/api/me")).toMatchObject({ status: 401, body: { code: "session_missing" } });
    expect((await here.call("GET", "/api/me")).status).toBe(200);
  });

  test("are ended all but the one that asks", async () => {
    const email = newAddress();
    const here = await new Browser().signIn(email);
    const others = [await new Browser().signIn(email), await new Browser().signIn(email)];

    expect(await here.must("DELETE", "/api/auth/sessions")).toEqual({ object: "sessions_ended", count: 2 });
    for (const other of others) expect((await other.call("GET", "/api/me")).status).toBe(401);
    expect((await here.call("GET", "/api/me")).status).toBe(200);
  });

  test("end with signing out, wherever the cookie was copied to", async () => {
    const browser = await new Browser().signIn(newAddress());
    const copied = browser.cookie;
    expect((await browser.call("DELETE", "/api/auth/sessions/current")).status).toBe(204);
    expect(browser.cookie).toBe("");
    const thief = await new Browser().call("GET", "/api/me", { headers: { cookie: copied } });
    expect(thief.status).toBe(401);
  });

  test("of others are not found", async () => {
    const [mine, theirs] = [await new Browser().signIn(newAddress()), await new Browser().signIn(newAddress())];
    const listed = await theirs.must("GET", "/api/auth/sessions");
    const id = text(listed["data"]?.["0"]?.["id"]);
    expect(await mine.call("DELETE", `/api/auth/sessions/${id}`)).toMatchObject({
      status: 404,
      body: { code: "session_unknown" },
    });
    expect((await theirs.call("GET", "/api/me")).status).toBe(200);
  });

  test("are not opened by the token alone, nor by a changed cookie", async () => {
    const browser = await new Browser().signIn(newAddress());
    const [row] = (await env.DB.prepare("SELECT token FROM auth_session ORDER BY created_at_ms DESC LIMIT 1").all())
      .results;
    const token = text(row?.["token"]);
    for (const cookie of [
      `stempel.session_token=${token}`,
      `stempel.session_token=${token}.AAAA`,
      browser.cookie.replace(/.(?=[^.]*$)/, "x"),
    ]) {
      expect((await new Browser().call("GET", "/api/me", { headers: { cookie } })).status).toBe(401);
    }
  });

  test("end when they expire", async () => {
    const browser = await new Browser().signIn(newAddress());
    await env.DB.prepare("UPDATE auth_session SET expires_at_ms = ?")
      .bind(Date.now() - 1)
      .run();
    expect((await browser.call("GET", "/api/me")).status).toBe(401);
  });
});

describe("a change", () => {
  const refused = { status: 403, body: { code: "origin_refused" } };

  test.each([
    ["from another site", { origin: "https://evil.example" }],
    ["from a sandboxed page", { origin: "null" }],
    ["from the same host over another scheme", { origin: "https://stempel.test" }],
  ])("%s is refused", async (_what, headers) => {
    const browser = await new Browser().signIn(newAddress());
    expect(await browser.call("PATCH", "/api/me", { body: { name: "Eve" }, headers })).toMatchObject(refused);
    expect((await browser.must("GET", "/api/me"))["user"]).toMatchObject({ name: "Ria" });
  });

  test("as a form of another site posts it is refused", async () => {
    const browser = await new Browser().signIn(newAddress());
    const headers = { "content-type": "text/plain" };
    expect((await browser.call("POST", "/api/merchants", { body: "{}", headers })).status).toBe(415);
  });

  test("changes one's name", async () => {
    const browser = await new Browser().signIn(newAddress());
    await browser.must("PATCH", "/api/me", { body: { name: "Ria de Boer" } });
    expect((await browser.must("GET", "/api/me"))["user"]).toMatchObject({ name: "Ria de Boer" });
  });
});

import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { Authenticator } from "../../support/workerd/authenticator.ts";
import { Browser, newAddress, text } from "../../support/workerd/browser.ts";
import type { ApiAnswer, Json } from "../../support/workerd/merchant.ts";

// Each test makes a merchant or signs people in over HTTP: many calls, which a busy machine answers slowly.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

function challengeOf(options: Json): string {
  return text(options["options"]?.["challenge"]);
}

async function register(browser: Browser, device: Authenticator): Promise<ApiAnswer> {
  const options = await browser.must("POST", "/api/auth/passkeys/registration");
  const response = await device.register(challengeOf(options));
  return browser.call("POST", "/api/auth/passkeys", { body: { response, name: "Telefoon" } });
}

async function signIn(browser: Browser, device: Authenticator): Promise<ApiAnswer> {
  const options = await browser.must("POST", "/api/auth/passkeys/challenge");
  const response = await device.sign(challengeOf(options));
  return browser.call("POST", "/api/auth/passkeys/sessions", { body: { response } });
}

const refused = { status: 422, body: { code: "passkey_refused" } };

async function withPasskey(): Promise<{ email: string; browser: Browser; device: Authenticator; id: string }> {
  const email = newAddress();
  const browser = await new Browser().signIn(email);
  const device = await Authenticator.create();
  const added = await register(browser, device);
  return { email, browser, device, id: text(added.body["id"]) };
}

describe("a passkey", () => {
  test("is added and signs in", async () => {
    const email = newAddress();
    const browser = await new Browser().signIn(email);
    const device = await Authenticator.create();

    expect(await register(browser, device)).toMatchObject({
      status: 201,
      body: { object: "passkey", name: "Telefoon", backed_up: false },
    });
    const other = new Browser();
    expect(await signIn(other, device)).toMatchObject({ status: 201, body: { object: "signed_in", user: { email } } });
    expect((await other.must("GET", "/api/me"))["user"]).toMatchObject({ email });
    expect((await signIn(new Browser(), device)).status).toBe(201);
  });

  test("that nobody added does not sign in", async () => {
    expect(await signIn(new Browser(), await Authenticator.create())).toMatchObject(refused);
  });

  test("is refused from another page", async () => {
    const { device } = await withPasskey();
    device.origin = "https://stempel.example";
    expect(await signIn(new Browser(), device)).toMatchObject(refused);
    const browser = await new Browser().signIn(newAddress());
    const lured = await Authenticator.create();
    lured.origin = "https://evil.example";
    expect(await register(browser, lured)).toMatchObject(refused);
  });

  test("answers a challenge once, and only the one it was given", async () => {
    const { device } = await withPasskey();
    const browser = new Browser();
    const options = await browser.must("POST", "/api/auth/passkeys/challenge");
    const response = await device.sign(challengeOf(options));
    const body = { response };
    const stranger = new Browser();
    await stranger.must("POST", "/api/auth/passkeys/challenge");

    expect(await stranger.call("POST", "/api/auth/passkeys/sessions", { body })).toMatchObject(refused);
    expect(await new Browser().call("POST", "/api/auth/passkeys/sessions", { body })).toMatchObject(refused);
    expect((await browser.call("POST", "/api/auth/passkeys/sessions", { body })).status).toBe(201);
    expect(await browser.call("POST", "/api/auth/passkeys/sessions", { body })).toMatchObject(refused);
  });

  test("with a forged signature is refused", async () => {
    const { device } = await withPasskey();
    const thief = await Authenticator.create();
    const browser = new Browser();
    const options = await browser.must("POST", "/api/auth/passkeys/challenge");
    const [mine, theirs] = [await device.sign(challengeOf(options)), await thief.sign(challengeOf(options))];
    const response = { ...theirs, id: Reflect.get(mine, "id"), rawId: Reflect.get(mine, "rawId") };
    expect(await browser.call("POST", "/api/auth/passkeys/sessions", { body: { response } })).toMatchObject(refused);
  });

  test.each([{}, { id: 1 }, { id: "x", rawId: "x", type: "public-key", response: {} }])(
    "that is %j is refused",
    async (response) => {
      const browser = new Browser();
      await browser.must("POST", "/api/auth/passkeys/challenge");
      expect(await browser.call("POST", "/api/auth/passkeys/sessions", { body: { response } })).toMatchObject(refused);
      const signedIn = await new Browser().signIn(newAddress());
      await signedIn.must("POST", "/api/auth/passkeys/registration");
      expect(await signedIn.call("POST", "/api/auth/passkeys", { body: { response } })).toMatchObject(refused);
    },
  );

  test("is listed, and signs in no more once removed", async () => {
    const { browser, device, id } = await withPasskey();
    expect(await browser.must("GET", "/api/auth/passkeys")).toMatchObject({ data: [{ id, name: "Telefoon" }] });
    expect((await browser.call("DELETE", `/api/auth/passkeys/${id}`)).status).toBe(204);
    expect(await signIn(new Browser(), device)).toMatchObject(refused);
    expect(await browser.call("DELETE", `/api/auth/passkeys/${id}`)).toMatchObject({
      status: 404,
      body: { code: "passkey_unknown" },
    });
  });

  test("of somebody else is not found", async () => {
    const { device, id } = await withPasskey();
    const other = await new Browser().signIn(newAddress());
    expect(await other.call("DELETE", `/api/auth/passkeys/${id}`)).toMatchObject({ status: 404 });
    expect((await signIn(new Browser(), device)).status).toBe(201);
  });

  test("is added by a sign-in of the last day alone", async () => {
    const browser = await new Browser().signIn(newAddress());
    await env.DB.prepare("UPDATE auth_session SET created_at_ms = created_at_ms - 90000000").run();
    expect(await browser.call("POST", "/api/auth/passkeys/registration")).toMatchObject({
      status: 403,
      body: { code: "session_stale" },
    });
  });
});

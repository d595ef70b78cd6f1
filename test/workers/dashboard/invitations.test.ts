import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import {
  addColleague,
  Browser,
  newAddress,
  replaceToken,
  type SignedUp,
  signUpMerchant,
  text,
} from "../../support/workerd/browser.ts";
import type { ApiAnswer } from "../../support/workerd/merchant.ts";

// Each test makes a merchant or signs people in over HTTP: many calls, which a busy machine answers slowly.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

async function invite(at: SignedUp, changes: object = {}): Promise<{ id: string; email: string; token: string }> {
  const email = newAddress("invited");
  const body = { email, name: "Noor", roles: [{ location: at.location, role: "manager" }], ...changes };
  const made = await at.owner.must("POST", `${at.path}/invitations`, { body });
  const id = text(made["id"]);
  return { id, email: text(made["email"]), token: await replaceToken(at.locator, id) };
}

function accept(browser: Browser, token: string): Promise<ApiAnswer> {
  return browser.call("POST", "/api/invitations/accept", { body: { token } });
}

async function change(id: string, set: string): Promise<void> {
  await env.DB.prepare(`UPDATE staff_invitation SET ${set} WHERE id = ?`).bind(id).run();
}

function refusal(status: number, code: string) {
  return { status, body: { code } };
}

describe("an invitation", () => {
  test("is accepted once", async () => {
    const at = await signUpMerchant();
    const { email, token, id } = await invite(at);
    const noor = await new Browser().signIn(email);
    const answers = await Promise.all([accept(noor, token), accept(noor, token)]);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(await accept(noor, token)).toMatchObject(refusal(409, "invitation_accepted"));
    expect(await at.owner.must("GET", `${at.path}/invitations`)).toMatchObject({ data: [{ id, state: "accepted" }] });
    const staff = await at.owner.must("GET", `${at.path}/staff`);
    expect(staff["data"]).toHaveLength(2);
  });

  test("is for the address that it was sent to", async () => {
    const at = await signUpMerchant();
    const { token } = await invite(at);
    const other = await new Browser().signIn(newAddress());
    expect(await accept(other, token)).toMatchObject(refusal(403, "invitation_other_address"));
    expect((await other.must("GET", "/api/me"))["memberships"]).toEqual([]);
  });

  test("that was withdrawn, has expired or was never made is refused plainly", async () => {
    const at = await signUpMerchant();
    const [revoked, expired] = [await invite(at), await invite(at)];
    await at.owner.must("DELETE", `${at.path}/invitations/${revoked.id}`);
    await change(expired.id, "expires_at_ms = 1");
    for (const [{ email, token }, status, code] of [
      [revoked, 410, "invitation_revoked"],
      [expired, 410, "invitation_expired"],
    ] as const) {
      const browser = await new Browser().signIn(email);
      expect(await accept(browser, token)).toMatchObject(refusal(status, code));
      expect(await browser.call("POST", "/api/invitations/preview", { body: { token } })).toMatchObject({
        status,
        body: { code },
      });
    }
    const browser = await new Browser().signIn(newAddress());
    for (const token of ["x", `${at.locator}${"0".repeat(32)}`, `e0000000${"0".repeat(32)}`, "🎉"]) {
      expect(await accept(browser, token)).toMatchObject(refusal(404, "invitation_unknown"));
    }
  });

  test("is sent again with another link, at most once a minute and five times", async () => {
    const at = await signUpMerchant();
    const { id, email, token } = await invite(at);
    const path = `${at.path}/invitations/${id}/resend`;
    const tooSoon = await at.owner.call("POST", path);
    expect(tooSoon).toMatchObject(refusal(429, "rate_limited"));
    expect(Number(tooSoon.headers.get("retry-after"))).toBeGreaterThan(50);

    for (let sent = 1; sent < 5; sent += 1) {
      await change(id, "sent_at_ms = sent_at_ms - 60000");
      expect((await at.owner.call("POST", path)).status).toBe(200);
    }
    await change(id, "sent_at_ms = 0");
    expect(await at.owner.call("POST", path)).toMatchObject(refusal(429, "rate_limited"));
    const noor = await new Browser().signIn(email);
    expect(await accept(noor, token)).toMatchObject(refusal(404, "invitation_unknown"));
    expect((await accept(noor, await replaceToken(at.locator, id))).status).toBe(200);
    expect(await at.owner.call("POST", path)).toMatchObject(refusal(409, "invitation_accepted"));
    expect(await at.owner.call("DELETE", `${at.path}/invitations/${id}`)).toMatchObject(
      refusal(409, "invitation_accepted"),
    );
  });

  test("of somebody who was let go is void", async () => {
    const at = await signUpMerchant();
    const second = await addColleague(at, [{ location: at.location, role: "owner" }]);
    const email = newAddress();
    const body = { email, name: "Eve", roles: [{ location: at.location, role: "owner" }] };
    const made = await second.must("POST", `${at.path}/invitations`, { body });
    await at.owner.must("DELETE", `${at.path}/staff/${second.staff}`);
    const eve = await new Browser().signIn(email);
    const token = await replaceToken(at.locator, text(made["id"]));
    expect(await accept(eve, token)).toMatchObject(refusal(410, "invitation_revoked"));
  });

  test("is not made twice, nor to a colleague, nor at a location of others", async () => {
    const at = await signUpMerchant();
    const other = await signUpMerchant();
    const { email } = await invite(at);
    const roles = [{ location: at.location, role: "cashier" }];
    const path = `${at.path}/invitations`;
    const again = { email: email.toUpperCase(), name: "Noor", roles };
    expect(await at.owner.call("POST", path, { body: again })).toMatchObject(refusal(409, "already_invited"));
    const own = { email: at.email, name: "Ria", roles };
    expect(await at.owner.call("POST", path, { body: own })).toMatchObject(refusal(409, "email_taken"));
    const elsewhere = { email: newAddress(), name: "N", roles: [{ location: other.location, role: "cashier" }] };
    expect(await at.owner.call("POST", path, { body: elsewhere })).toMatchObject(refusal(404, "resource_unknown"));
  });

  test("to another merchant's staff gives them both", async () => {
    const [first, second] = [await signUpMerchant(), await signUpMerchant()];
    const { token } = await invite(second, { email: first.email });
    expect((await accept(first.owner, token)).status).toBe(200);
    const { memberships } = await first.owner.must("GET", "/api/me");
    expect(memberships).toMatchObject([
      { merchant: { locator: first.locator }, roles: [{ role: "owner" }] },
      { merchant: { locator: second.locator }, roles: [{ role: "manager" }] },
    ]);
  });

  test.each([
    { email: "nobody" },
    { email: "a@example.com\r\nbcc: b@example.com" },
    { name: "a\r\nb" },
    { roles: [] },
    { roles: [{ location: "x", role: "king" }] },
    { surprise: true },
  ])("with %j is refused", async (changes) => {
    const at = await signUpMerchant();
    const body = { email: newAddress(), name: "N", roles: [{ location: at.location, role: "cashier" }], ...changes };
    expect(await at.owner.call("POST", `${at.path}/invitations`, { body })).toMatchObject(
      refusal(422, "validation_failed"),
    );
  });

  test("does not keep its link in the database", async () => {
    const at = await signUpMerchant();
    await at.owner.must("POST", `${at.path}/invitations`, {
      body: { email: newAddress(), name: "N", roles: [{ location: at.location, role: "cashier" }] },
    });
    const [row] = (await env.DB.prepare("SELECT * FROM staff_invitation WHERE merchant = ?").bind(at.locator).all())
      .results;
    expect(row?.["token_hash"]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("PINs", () => {
  test("are kept apart per location and never shown", async () => {
    const at = await signUpMerchant();
    const roles = [{ location: at.location, role: "cashier" }];
    const first = await at.owner.must("POST", `${at.path}/staff`, { body: { name: "Sam", roles, pin: "4826" } });
    expect(first).toMatchObject({ has_pin: true, email: null });
    expect(JSON.stringify(first)).not.toContain("4826");
    const twin = await at.owner.call("POST", `${at.path}/staff`, { body: { name: "Tom", roles, pin: "4826" } });
    expect(twin).toMatchObject(refusal(409, "pin_taken"));
    const weak = await at.owner.call("POST", `${at.path}/staff`, { body: { name: "Tom", roles, pin: "1234" } });
    expect(weak).toMatchObject(refusal(422, "validation_failed"));
  });
});

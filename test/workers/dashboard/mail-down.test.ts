import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { createApp } from "../../../src/workers/app.ts";
import { Browser, newAddress, ORIGIN, signUpMerchant } from "../../support/workerd/browser.ts";

vi.setConfig({ testTimeout: 20_000 });

/** A change while the queue of mails cannot be reached. */
async function postWithoutQueue(path: string, body: object, cookie = ""): Promise<Response> {
  const broken = new Proxy(env.JOBS, {
    get: () => () => Promise.reject(new Error("the queue is down")),
  });
  const ctx = createExecutionContext();
  const request = new Request(`${ORIGIN}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: ORIGIN, cookie },
    body: JSON.stringify(body),
  });
  const answer = await createApp().fetch(request, { ...env, JOBS: broken }, ctx);
  await waitOnExecutionContext(ctx);
  return answer;
}

test("a code that cannot be mailed is said so, for every address alike", async () => {
  const known = newAddress();
  await new Browser().signIn(known);
  for (const email of [known, newAddress()]) {
    const answer = await postWithoutQueue("/api/auth/codes", { email });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(await answer.json()).toMatchObject({ code: "unavailable", retryable: true });
  }
});

test("an invitation that cannot be mailed may be made again", async () => {
  const at = await signUpMerchant();
  const path = `${at.path}/invitations`;
  const body = { email: newAddress(), name: "Noor", roles: [{ location: at.location, role: "cashier" }] };
  expect((await postWithoutQueue(path, body, at.owner.cookie)).status).toBe(503);
  await at.owner.must("POST", path, { body });
  expect(await at.owner.must("GET", path)).toMatchObject({ data: [{ state: "open" }, { state: "revoked" }] });
});

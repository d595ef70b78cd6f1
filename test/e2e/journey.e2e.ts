import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { AGREEMENT_VERSIONS } from "../../src/domain/tenancy/agreements.ts";
import { launchBrowser } from "./support/browser.ts";
import { startWorker, type TestWorker } from "./support/worker.ts";

const EMAIL = "ria@example.com";
/** Mail waits for company in the queue before it is sent. */
const PATIENCE = { timeout: 30_000, interval: 200 };

const mailbox = z.object({ data: z.array(z.object({ code: z.string().nullable() })) });
const signedUp = z.object({
  merchant: z.object({ locator: z.string(), name: z.string() }),
  keys: z.array(z.object({ mode: z.string(), secret: z.string() })),
});

let worker: TestWorker;
let browser: Browser;

beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await worker.stop();
});

/** A merchant's own client of the API: it keeps its session. */
function owner() {
  let cookie = "";
  return async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${worker.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: worker.url, ...(cookie === "" ? {} : { cookie }) },
      body: JSON.stringify(body),
    });
    const set = answer.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
    if (set.length > 0) cookie = set.join("; ");
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
}

async function codeFromMailbox(): Promise<string> {
  return vi.waitFor(async () => {
    const answer = await fetch(`${worker.url}/dev/mailbox.json?to=${encodeURIComponent(EMAIL)}`);
    const code = mailbox.parse(await answer.json()).data[0]?.code ?? null;
    expect(code).toMatch(/^\d{6}$/);
    return code ?? "";
  }, PATIENCE);
}

async function signUp() {
  const call = owner();
  await call("/api/auth/codes", { email: EMAIL, locale: "nl" });
  await call("/api/auth/sessions", { email: EMAIL, code: await codeFromMailbox(), name: "Ria de Boer" });
  return signedUp.parse(
    await call("/api/merchants", {
      name: "Bakkerij Ria",
      owner_name: "Ria",
      country: "NL",
      currency: "EUR",
      timezone: "Europe/Amsterdam",
      locale: "nl",
      goal: "more_visits",
      template: "points-per-euro",
      location: { name: "Dorpsstraat" },
      till: { name: "Kassa 1" },
      agreements: AGREEMENT_VERSIONS,
    }),
  );
}

test("from an e-mail address to a card on a customer's phone that changes while the till sells", async () => {
  const { merchant, keys } = await signUp();
  const live = keys.find((key) => key.mode === "live")?.secret ?? "";

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "nl-NL" });
  const page = await phone.newPage();
  await page.goto(`${worker.url}/join/${merchant.locator}`);
  await page.getByRole("button", { name: "Geef me mijn kaart" }).click();
  await page.waitForURL(/\/c\//);
  await page.getByText("Nog niets op je kaart").waitFor();

  const token = new URL(page.url()).pathname.slice("/c/".length);
  const sold = await fetch(`${worker.url}/v1/sales`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${live}`,
      "content-type": "application/json",
      "idempotency-key": randomUUID(),
    },
    body: JSON.stringify({ receipt: "1", member: { card: token }, total: { amount: 2350, currency: "EUR" } }),
  });
  expect(sold.status).toBe(201);
  await page.getByText("+23").first().waitFor({ timeout: 5_000 });
  await page.reload();
  await page.getByText("+23").first().waitFor();
  await phone.close();
});

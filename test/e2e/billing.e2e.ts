import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { AGREEMENT_VERSIONS } from "../../src/domain/tenancy/agreements.ts";
import { launchBrowser } from "./support/browser.ts";
import { startWorker, type TestWorker } from "./support/worker.ts";

const EMAIL = "ria@example.com";
/** Mail waits for company in the queue, and events for the request that caused them. */
const PATIENCE = { timeout: 30_000, interval: 150 };

const mailbox = z.object({ data: z.array(z.object({ subject: z.string(), code: z.string().nullable() })) });
const signedUp = z.object({ merchant: z.object({ locator: z.string() }) });
const link = z.object({ url: z.string() });
const billing = z.object({
  phase: z.string(),
  plan: z.string(),
  headline: z.string(),
  subscription: z.object({ selection: z.object({ plan: z.string() }), ends_at: z.string().nullable() }).nullable(),
  open_payments: z.array(z.object({ state: z.string() })),
});
const preview = z.object({ when: z.string(), due_now: z.object({ amount: z.number() }), proration_at: z.string() });
const invoices = z.object({
  data: z.array(z.object({ status: z.string(), url: z.string(), total: z.object({ amount: z.number() }) })),
});

let worker: TestWorker;
let browser: Browser;
let page: Page;
let cookie = "";
let path = "";

beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker(), launchBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, locale: "nl-NL" });
  page = await context.newPage();
});

afterAll(async () => {
  await browser.close();
  await worker.stop();
});

/** A call of the merchant's own client, which keeps its session. */
async function call<Schema extends z.ZodType>(
  method: string,
  at: string,
  schema: Schema,
  body?: object,
): Promise<z.output<Schema>> {
  const answer = await fetch(`${worker.url}${at}`, {
    method,
    headers: {
      origin: worker.url,
      ...(cookie === "" ? {} : { cookie }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const set = answer.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  if (set.length > 0) cookie = set.join("; ");
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${text}`);
  return schema.parse(text === "" ? null : JSON.parse(text));
}

async function mails(): Promise<z.output<typeof mailbox>["data"]> {
  const answer = await fetch(`${worker.url}/dev/mailbox.json?to=${encodeURIComponent(EMAIL)}`);
  return mailbox.parse(await answer.json()).data;
}

async function signUp(): Promise<void> {
  await call("POST", "/api/auth/codes", z.unknown(), { email: EMAIL, locale: "nl" });
  const code = await vi.waitFor(async () => {
    const [newest] = await mails();
    expect(newest?.code).toMatch(/^\d{6}$/);
    return newest?.code ?? "";
  }, PATIENCE);
  await call("POST", "/api/auth/sessions", z.unknown(), { email: EMAIL, code, name: "Ria de Boer" });
  const { merchant } = await call("POST", "/api/merchants", signedUp, {
    name: "Bakkerij Ria",
    country: "NL",
    currency: "EUR",
    timezone: "Europe/Amsterdam",
    locale: "nl",
    goal: "more_visits",
    template: "points-per-euro",
    location: { name: "Dorpsstraat" },
    till: { name: "Kassa 1" },
    agreements: AGREEMENT_VERSIONS,
  });
  path = `/api/merchants/${merchant.locator}/billing`;
}

/** Waits until the news of what happened at the stand-in has come. */
function standsAt(phase: string): Promise<z.output<typeof billing>> {
  return vi.waitFor(async () => {
    const found = await call("GET", path, billing);
    expect(found.phase).toBe(phase);
    return found;
  }, PATIENCE);
}

async function openPortal(): Promise<void> {
  const { url } = await call("POST", `${path}/portal`, link);
  await page.goto(url);
}

test("subscribe, pay, fail, recover, change and cancel, through the pages that Stripe would show", async () => {
  await signUp();
  expect(await standsAt("trial")).toMatchObject({ plan: "plus", subscription: null });

  // Subscribe and pay: nothing is charged while the trial lasts.
  const { url } = await call("POST", `${path}/checkout`, link, { plan: "shop", interval: "month" });
  await page.goto(url);
  await page.getByText("Stand-in for Stripe · no money moves").waitFor();
  await page.getByText("Free until").waitFor();
  await page.getByLabel("Street and number").fill("Dorpsstraat 1");
  await page.getByLabel("Postal code").fill("1234 AB");
  await page.getByLabel("City").fill("Ons Dorp");
  await page.getByLabel("Payment method").selectOption("card");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await page.waitForURL(/\/app\/billing\?checkout=cs_/);
  expect((await standsAt("trialing")).headline).toMatch(/^Je hebt Shop\. De eerste betaling is op/);

  // The first payment is refused when the trial is over.
  await page.goto(`${worker.url}/dev/stripe`);
  await page.getByLabel("Its next payments").selectOption("declined");
  await page.getByRole("button", { name: "Set" }).click();
  await page.getByRole("button", { name: "31 days on" }).click();
  expect(await standsAt("past_due")).toMatchObject({ plan: "shop", open_payments: [{ state: "failed" }] });
  await vi.waitFor(
    async () => expect((await mails())[0]?.subject).toBe("Een betaling is niet gelukt · Bakkerij Ria"),
    PATIENCE,
  );

  // Another payment method, and the open invoice is paid.
  await openPortal();
  await page.getByLabel("New payment method").selectOption("card");
  await page.getByLabel("What happens to its payments").selectOption("succeeds");
  await page.getByRole("button", { name: "Save payment method" }).click();
  await page.getByText("Card ending in 4242").waitFor();
  const open = (await call("GET", `${path}/invoices`, invoices)).data.find(({ status }) => status === "open");
  await page.goto(open?.url ?? "");
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByText("paid", { exact: true }).waitFor();
  await standsAt("active");

  // Up at once, for what the preview said.
  const wanted = { plan: "plus", interval: "month" };
  const shown = await call("POST", `${path}/change/preview`, preview, wanted);
  expect(shown.when).toBe("now");
  await call("POST", `${path}/change`, billing, { ...wanted, proration_at: shown.proration_at });
  expect((await standsAt("active")).plan).toBe("plus");
  const [newest] = (await call("GET", `${path}/invoices`, invoices)).data;
  expect(newest).toMatchObject({ status: "paid", total: { amount: shown.due_now.amount } });

  // Cancelled in the portal; the plan stays until the period ends.
  await openPortal();
  await page.getByRole("button", { name: "Cancel subscription" }).click();
  await page.getByText("Ends on").waitFor();
  expect((await standsAt("ending")).subscription?.ends_at).not.toBeNull();
  await page.goto(`${worker.url}/dev/stripe`);
  await page.getByRole("button", { name: "31 days on" }).click();
  // Only the stand-in's clock was moved: by ours the trial that every merchant has is still running.
  expect(await standsAt("trial")).toMatchObject({ subscription: { ends_at: null } });
});

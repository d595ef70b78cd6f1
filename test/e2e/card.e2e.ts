import axe, { type AxeResults } from "axe-core";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { launchBrowser } from "./support/browser.ts";
import { startWorker, type TestWorker } from "./support/worker.ts";

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 900 };
/** As narrow as a page of 1280 pixels becomes at a zoom of 400 %. */
const SLIT = { width: 320, height: 640 };
const SCRIPT_BYTES_MAX = 40 * 1024;
/** What a sale may take to show on an open page. */
const LIVE_MS_MAX = 1_000;
/** Mail waits for company in the queue before it is sent. */
const PATIENCE = { timeout: 30_000, interval: 200 };

const PROGRAM = {
  schema: 1,
  name: "Koffie & Zo",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  locale: "nl",
  units: { points: { name: { nl: "punten", en: "points" } } },
  earning: [{ id: "ear_spend", kind: "spend", give: 1, per: 100 }],
  stamp_cards: [
    {
      id: "stc_coffee",
      name: { nl: "Koffiekaart", en: "Coffee card" },
      size: 10,
      earning: [{ id: "ear_coffee", kind: "category", give: 1, categories: ["coffee"] }],
      reward: "rew_coffee",
    },
  ],
  rewards: [
    {
      id: "rew_coffee",
      name: { nl: "Gratis koffie", en: "Free coffee" },
      cost: { unit: "stamps:stc_coffee", amount: 10 },
      effect: { kind: "free_item" },
    },
    {
      id: "rew_two",
      name: { nl: "€ 2 korting", en: "€2 off" },
      cost: { unit: "points", amount: 20 },
      effect: { kind: "amount_off", amount: 200 },
    },
    {
      id: "rew_mug",
      name: { nl: "Mok", en: "Mug" },
      cost: { unit: "points", amount: 500 },
      effect: { kind: "product" },
    },
  ],
};

const made = z.object({
  locator: z.string(),
  locations: z.array(z.object({ tills: z.array(z.object({ keys: z.array(z.object({ secret: z.string() })) })) })),
});
const memberMade = z.object({ card_token: z.string() });
const redemptionMade = z.object({ redemption: z.object({ id: z.string() }) });
const mailbox = z.object({ data: z.array(z.object({ to: z.string(), links: z.array(z.string()) })) });

let worker: TestWorker;
let browser: Browser;

beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await worker.stop();
});

/** A merchant and the key of its only till. */
interface Shop {
  readonly locator: string;
  readonly key: string;
}

async function openShop(color: string | null = "#b5452c", name = "Koffie & Zo"): Promise<Shop> {
  const scopes = ["sell", "redeem", "members", "read"];
  const answer = await send("/dev/demo", {
    name,
    country: "NL",
    currency: "EUR",
    timezone: "Europe/Amsterdam",
    locale: "nl",
    color,
    program: PROGRAM,
    locations: [{ name: "Markt", tills: [{ name: "Kassa", keys: [{ name: "key", mode: "live", scopes }] }] }],
  });
  const { locator, locations } = made.parse(answer);
  return { locator, key: locations[0]?.tills[0]?.keys[0]?.secret ?? "" };
}

async function send(path: string, body: unknown, key?: string): Promise<unknown> {
  const answer = await fetch(`${worker.url}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}`, "idempotency-key": crypto.randomUUID() }),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

async function newCard({ key }: Shop, profile: object = {}): Promise<string> {
  return memberMade.parse(await send("/v1/members", profile, key)).card_token;
}

let receipts = 0;

/** A cup of coffee and a bag of beans: as many points as euros, and one stamp. */
async function sell({ key }: Shop, card: string, euros: number, redemptions: readonly string[] = []): Promise<void> {
  receipts += 1;
  const body = {
    receipt: `E-${receipts}`,
    member: { card },
    total: { amount: euros * 100, currency: "EUR" },
    lines: [{ sku: "COF", category: "coffee", quantity: "1", amount: euros * 100, tax_rate: "9" }],
    redemptions,
  };
  await send("/v1/sales", body, key);
}

/** What went wrong on a page, and whom it asked besides us. */
interface Watch {
  readonly page: Page;
  readonly complaints: string[];
  readonly strangers: string[];
}

async function openPage(path: string, options: BrowserContextOptions = {}): Promise<Watch> {
  const context = await browser.newContext({ viewport: PHONE, locale: "nl-NL", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${worker.url}/`)) strangers.push(request.url());
  });
  page.on("websocket", (socket) => {
    if (!socket.url().startsWith(`${worker.url.replace(/^http/, "ws")}/`)) strangers.push(socket.url());
  });
  await page.goto(`${worker.url}${path}`);
  return { page, complaints, strangers };
}

const points = (page: Page, amount: number) =>
  page.locator('[data-unit="points"]', { hasText: new RegExp(`^${amount}$`) });
const stamps = (page: Page, filled: number) => page.getByRole("img", { name: new RegExp(`^${filled} (van|of) 10 `) });

/** Resolves when the page hears its account. */
async function connected(page: Page): Promise<void> {
  const socket = await page.waitForEvent("websocket");
  await socket.waitForEvent("framereceived");
}

describe("from the counter to the phone", () => {
  test("one tap gives a card; what the till sells shows on it within a second; a reward is used; all of it stays", async () => {
    const shop = await openShop();
    const { page, complaints, strangers } = await openPage(`/join/${shop.locator}`);
    const started = performance.now();
    const listening = connected(page);
    await page.getByRole("button", { name: "Geef me mijn kaart" }).click();
    await page.waitForURL(/\/c\/1\./);
    const joined_ms = performance.now() - started;
    const token = page.url().split("/c/")[1] ?? "";
    await page.getByText("Nog niets op je kaart").waitFor();
    await listening;

    const delays: number[] = [];
    for (const [euros, total] of [
      [4, 4],
      [7, 11],
      [30, 41],
    ] as const) {
      await sell(shop, token, euros);
      const sold = performance.now();
      await points(page, total).waitFor();
      delays.push(performance.now() - sold);
    }
    await stamps(page, 3).waitFor();
    await page.getByText("+30 punten").waitFor();
    await page.getByText("Klaar om te gebruiken").waitFor();
    expect(await page.getByText("Nog niets op je kaart").count()).toBe(0);

    const held = await send("/v1/redemptions", { member: { card: token }, reward: "rew_two" }, shop.key);
    await points(page, 21).waitFor();
    await page.getByText("20 gereserveerd").waitFor();
    await sell(shop, token, 5, [redemptionMade.parse(held).redemption.id]);
    await points(page, 26).waitFor();
    await page.getByText("−20 punten").waitFor();
    await page.reload();
    expect(await points(page, 26).count()).toBe(1);
    expect(await stamps(page, 4).count()).toBe(1);

    // The machine may be busy with other things; the fastest of three says what the page takes.
    const rounded = delays.map((delay) => Math.round(delay));
    console.log(`join ${Math.round(joined_ms)} ms and 1 tap; sale to phone ${rounded.join(", ")} ms`);
    expect(Math.min(...delays)).toBeLessThan(LIVE_MS_MAX);
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
    await page.context().close();
  });

  test("the script is small", async () => {
    const shop = await openShop();
    const context = await browser.newContext({ viewport: PHONE });
    const page = await context.newPage();
    const scripts: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() === "script") scripts.push(response.body());
    });
    await page.goto(`${worker.url}/c/${await newCard(shop)}`, { waitUntil: "networkidle" });
    const bytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).length, 0);

    console.log(`card page: ${bytes} bytes of JavaScript, gzip`);
    expect(scripts.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
    await context.close();
  });

  test("somebody with an e-mail address finds the card in the mail, and only there", async () => {
    const shop = await openShop();
    const { page, complaints } = await openPage(`/join/${shop.locator}`);
    await page.getByText("Liever met e-mail of telefoon?").click();
    await page.getByLabel("E-mailadres").fill("anna@voorbeeld.nl");
    await page.getByLabel("Voornaam").fill("Anna");
    await page.getByLabel(/mailen/).check();
    await page.getByRole("button", { name: "Maak mijn kaart" }).click();
    await page.getByRole("heading", { name: "Kijk in je mail" }).waitFor();
    expect(page.url()).toBe(`${worker.url}/join/${shop.locator}/mailed`);
    expect(await page.content()).not.toContain("/c/1.");
    const [link = ""] = await mailedLinks("anna@voorbeeld.nl");
    await page.goto(link);

    expect(await page.getByText("Hoi Anna").count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("a form that is not right says what to mend, and keeps what was typed", async () => {
    const shop = await openShop();
    const { page } = await openPage(`/join/${shop.locator}`);
    await page.getByText("Liever met e-mail of telefoon?").click();
    await page.getByLabel("Telefoonnummer").fill("123");
    await page.getByRole("button", { name: "Maak mijn kaart" }).click();
    await page.getByRole("alert").getByText("Dit is geen telefoonnummer.").click();

    expect(await page.locator(":focus").getAttribute("id")).toBe("phone");
    expect(await page.getByLabel("Telefoonnummer").inputValue()).toBe("123");
    expect(await axeProblems(page)).toEqual([]);
    await page.getByLabel("Telefoonnummer").fill("06 12345678");
    await page.getByRole("button", { name: "Maak mijn kaart" }).click();
    await page.getByText("Spaarde je hier al met dit telefoonnummer?").waitFor();
    await page.context().close();
  });
});

/** The links of the mails to an address, once there is one. */
async function mailedLinks(to: string): Promise<readonly string[]> {
  return vi.waitFor(async () => {
    const answer = await fetch(`${worker.url}/dev/mailbox.json?to=${encodeURIComponent(to)}`);
    const links = mailbox.parse(await answer.json()).data.flatMap((mail) => mail.links);
    if (links.length === 0) throw new Error(`no mail for ${to}`);
    return links;
  }, PATIENCE);
}

describe("an open card", () => {
  test("finds its way back after the connection broke, and catches up", async () => {
    const shop = await openShop();
    const token = await newCard(shop);
    const context = await browser.newContext({ viewport: PHONE, locale: "nl-NL" });
    const page = await context.newPage();
    let allowed = true;
    const drops: (() => Promise<void>)[] = [];
    await page.routeWebSocket(/\/live$/, (route) => {
      if (!allowed) return void route.close({ code: 1012 });
      const server = route.connectToServer();
      route.onMessage((message) => server.send(message));
      server.onMessage((message) => route.send(message));
      drops.push(async () => {
        await server.close();
        await route.close({ code: 1012 });
      });
    });
    await page.goto(`${worker.url}/c/${token}`);
    await sell(shop, token, 4);
    await points(page, 4).waitFor();

    allowed = false;
    expect(drops).toHaveLength(1);
    await drops[0]?.();
    await sell(shop, token, 5);
    await page.getByText(/Geen verbinding\. Je ziet de stand van \d\d:\d\d\./).waitFor();
    expect(await points(page, 4).count()).toBe(1);
    allowed = true;
    await points(page, 9).waitFor();
    expect(await page.getByText("Geen verbinding").count()).toBe(0);
    await context.close();
  });

  test("says at once that it was blocked", async () => {
    const shop = await openShop();
    const token = await newCard(shop, { name: "Anna" });
    const { page } = await openPage(`/c/${token}`);
    await page.getByText("Hoi Anna").waitFor();
    await send("/v1/cards/block", { card: token, reason: "lost" }, shop.key);
    await page.getByRole("heading", { name: "Deze kaart is geblokkeerd" }).waitFor();

    expect(await page.getByText("Anna").count()).toBe(0);
    await page.context().close();
  });

  test("presses stamps on, unless the reader wants no motion", async () => {
    const shop = await openShop();
    for (const [reducedMotion, moving] of [
      ["no-preference", true],
      ["reduce", false],
    ] as const) {
      const token = await newCard(shop);
      const { page } = await openPage(`/c/${token}`, { reducedMotion });
      await sell(shop, token, 3);
      await stamps(page, 1).waitFor();
      const animation = await page.evaluate("getComputedStyle(document.querySelector('.stamp.new svg')).animationName");

      expect(animation).toBe(moving ? "press" : "none");
      await page.context().close();
    }
  });

  test("is whole without JavaScript, the large code too", async () => {
    const shop = await openShop();
    const token = await newCard(shop, { name: "Anna" });
    await sell(shop, token, 12);
    const { page, complaints } = await openPage(`/c/${token}`, { javaScriptEnabled: false });

    expect(await points(page, 12).count()).toBe(1);
    expect(await stamps(page, 1).count()).toBe(1);
    await page.getByRole("link", { name: "Maak de code groot" }).click();
    const box = await page.locator("#qr-large svg").boundingBox();
    expect(box?.width).toBeGreaterThan(350);
    await page.getByText("Sluiten").click();
    expect(await page.locator("#qr-large").isVisible()).toBe(false);
    await page.getByRole("link", { name: "English" }).click();
    expect(await page.getByText("Hi Anna").count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("can be used by keyboard alone, as can joining", async () => {
    const shop = await openShop();
    const { page } = await openPage(`/join/${shop.locator}`);
    await tabTo(page, "Geef me mijn kaart");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/c\/1\./);
    await tabTo(page, "Maak de code groot");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    const background = "getComputedStyle(document.querySelector('dialog')).backgroundColor";
    expect(await page.evaluate(background)).toBe("rgb(255, 255, 255)");
    expect(await axeProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await focused(page)).toBe("Maak de code groot");
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await tabTo(page, "Sluiten");
    await page.keyboard.press("Space");
    await dialog.waitFor({ state: "hidden" });
    await page.context().close();
  });
});

/** Goes on by the tab key until something with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 20; step += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the tab key does not lead to ${name}`);
}

/** The name of what has the focus. */
async function focused(page: Page): Promise<string> {
  const element = page.locator(":focus");
  if ((await element.count()) === 0) return "";
  return (await element.getAttribute("aria-label")) ?? (await element.innerText()).trim();
}

describe("every page", () => {
  const LOOKS = [
    { colorScheme: "light", locale: "nl-NL", viewport: PHONE },
    { colorScheme: "dark", locale: "en-GB", viewport: DESK },
    { colorScheme: "dark", locale: "nl-NL", viewport: PHONE },
    { colorScheme: "light", locale: "en-GB", viewport: DESK },
    { colorScheme: "light", locale: "nl-NL", viewport: SLIT },
  ] as const;

  test("can be read by everybody, in both languages and both lights", async () => {
    // A yellow that no text can be read in.
    const shop = await openShop("#ffe14d", "Bakkerij Zonneschijn");
    const [full, empty, blocked] = [await fullCard(shop), await newCard(shop), await newCard(shop)];
    await send("/v1/cards/block", { card: blocked, reason: "lost" }, shop.key);
    const join = `/join/${shop.locator}`;
    const paths = [`/c/${full}`, `/c/${empty}`, `/c/${blocked}`, join, `${join}/mailed`, "/c/unknown"];
    for (const look of LOOKS) expect(await barriers(paths, look)).toEqual([]);
  });

  test.each([
    { color: "#7a7a7a", name: "Kapsalon De Krullenbol aan de Lange Nieuwstraat" },
    { color: null, name: "Koffie & Zo" },
  ])("of $name too", async ({ color, name }) => {
    const shop = await openShop(color, name);
    const paths = [`/c/${await fullCard(shop)}`, `/join/${shop.locator}`];
    for (const look of LOOKS.slice(0, 2)) expect(await barriers(paths, look)).toEqual([]);
  });

  test("would be found out if it could not", async () => {
    const shop = await openShop();
    const { page } = await openPage(`/join/${shop.locator}`);
    await page.evaluate("document.querySelector('.terms').style.color = '#c0654c'");

    expect((await axeProblems(page)).join()).toContain("color-contrast header > .terms");
    await page.context().close();
  });
});

/** A card with a full stamp card, points, something set aside and a history. */
async function fullCard(shop: Shop): Promise<string> {
  const card = await newCard(shop, { name: "Anna" });
  for (let visit = 0; visit < 11; visit += 1) await sell(shop, card, 3);
  await send("/v1/redemptions", { member: { card }, reward: "rew_two" }, shop.key);
  return card;
}

/** What keeps anybody from using the pages in this look: what the checker finds, and having to scroll sideways. */
async function barriers(paths: readonly string[], look: BrowserContextOptions): Promise<string[]> {
  const context = await browser.newContext({ ...look, reducedMotion: "reduce" });
  const page = await context.newPage();
  const found: string[] = [];
  for (const path of paths) {
    await page.goto(`${worker.url}${path}`);
    for (const fold of await page.locator("summary").all()) await fold.click();
    const wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    const problems = [...(await axeProblems(page)), ...(wide === true ? ["scrolls sideways"] : [])];
    found.push(...problems.map((problem) => `${path.slice(0, 12)} ${JSON.stringify(look)} ${problem}`));
  }
  await context.close();
  return found;
}

/** What axe-core finds against WCAG 2.2 AA and good practice. */
async function axeProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(AXE_RULES)} })`;
  const { violations } = await page.evaluate<AxeResults>(run);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary ?? ""}`),
  );
}
const AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

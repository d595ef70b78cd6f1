import axe, { type AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { launchBrowser } from "./support/browser.ts";
import { startWorker, type TestWorker } from "./support/worker.ts";

const withPaths = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const NARROW = { width: 390, height: 844 };
const WIDE = { width: 1280, height: 900 };

let worker: TestWorker;
let browser: Browser;

beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await worker.stop();
});

/** What went wrong on a page, and whom it asked besides us. */
interface Watch {
  readonly page: Page;
  readonly complaints: string[];
  readonly strangers: string[];
}

async function openPage(path: string, options: BrowserContextOptions = {}): Promise<Watch> {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${worker.url}/`) && !url.startsWith("data:")) strangers.push(url);
  });
  await page.goto(`${worker.url}${path}`);
  return { page, complaints, strangers };
}

const operation = (page: Page, id: string) => page.locator(`#operations-${id}`);

describe("the reference", () => {
  test("shows every operation, asks nobody else, and says nothing wrong", async () => {
    const { page, complaints, strangers } = await openPage("/docs");
    await operation(page, "Sales-createSale").waitFor();

    const shown = await page.locator(".opblock").count();
    const { paths } = withPaths.parse(await (await fetch(`${worker.url}/openapi.json`)).json());
    expect(shown).toBe(Object.values(paths).flatMap((path) => Object.keys(path)).length);
    await operation(page, "Sales-createSale").locator(".opblock-summary-control").click();
    await page.getByText("receipt_reused").last().waitFor();

    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
    await page.context().close();
  });

  test("leads from a problem's type to the code", async () => {
    const { page, complaints } = await openPage("/docs#insufficient_balance");
    await operation(page, "Sales-createSale").waitFor();
    const row = page.locator("tr#insufficient_balance");

    expect(await row.innerText()).toContain("Not enough on the card");
    const box = await row.boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect(box?.y).toBeLessThan(WIDE.height);
    expect(await page.locator(":target").getAttribute("id")).toBe("insufficient_balance");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each([
    { name: "a phone", viewport: NARROW, colorScheme: "light" as const },
    { name: "a phone in the dark", viewport: NARROW, colorScheme: "dark" as const },
    { name: "a desk", viewport: WIDE, colorScheme: "light" as const },
    { name: "a desk in the dark", viewport: WIDE, colorScheme: "dark" as const },
  ])("fits $name", async ({ viewport, colorScheme }) => {
    const { page, complaints } = await openPage("/docs", { viewport, colorScheme });
    await operation(page, "Sales-createSale").waitFor();

    expect(await widthOf(page)).toBe(viewport.width);
    expect(await page.locator("html").getAttribute("class")).toBe(colorScheme === "dark" ? "dark-mode" : null);
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("can be walked by headings and landmarks", async () => {
    const { page } = await openPage("/docs");
    await operation(page, "Sales-createSale").waitFor();

    const landmarks = ["banner", "navigation", "main", "contentinfo"] as const;
    const counts = await Promise.all(landmarks.map((landmark) => page.getByRole(landmark).count()));
    expect(counts).toEqual([1, 1, 1, 1]);
    const own = page.locator("main > h1, main section > h2, main section > ol h3");
    const levels = await own.evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName.slice(1))));
    expect(levels[0]).toBe(1);
    levels.forEach((level, index) => expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1));
    const ids = await page.locator("[id]").evaluateAll((elements) => elements.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    await page.context().close();
  });
});

test.each([
  { locale: "nl-NL", lang: "nl", words: "Klantenkaarten" },
  { locale: "en-GB", lang: "en", words: "Loyalty cards" },
])("the page at the root speaks $lang", async ({ locale, lang, words }) => {
  const { page, complaints, strangers } = await openPage("/", { locale, viewport: NARROW });

  expect(await page.locator("html").getAttribute("lang")).toBe(lang);
  expect(await page.getByRole("main").innerText()).toContain(words);
  expect(await widthOf(page)).toBe(NARROW.width);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("link").first().click();
  await operation(page, "Sales-createSale").waitFor();
  expect(complaints).toEqual([]);
  expect(strangers).toEqual([]);
  await page.context().close();
});

/** More than the window when something sticks out. */
async function widthOf(page: Page): Promise<number> {
  return page.locator("html").evaluate(({ scrollWidth }) => scrollWidth);
}

/** What the accessibility checker objects to, and where. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () => {
    const checker: { run: () => Promise<AxeResults> } = Reflect.get(globalThis, "axe");
    return checker.run();
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target.join(" ")}`));
}

import { describe, expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant, type TestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "../pos/routes.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";

const ORIGIN = "http://stempel.test";
const DAY_MS = 24 * 60 * 60 * 1000;

interface Browser {
  get(path: string): Promise<Response>;
  collect(path: string, to: "own" | "new"): Promise<Response>;
}

/** A browser that keeps its cookies. */
function browser(): Browser {
  const cookies = new Map<string, string>();
  const send = async (path: string, form: string | null): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = new Headers({ "accept-language": "en", cookie });
    if (form !== null) {
      headers.set("content-type", "application/x-www-form-urlencoded");
      headers.set("sec-fetch-site", "same-origin");
    }
    const init = { method: form === null ? "GET" : "POST", headers, body: form, redirect: "manual" } as const;
    const answer = await fetchWorker(`${ORIGIN}${path}`, init);
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = pair.split("=");
      cookies.set(name, value);
    }
    return answer;
  };
  return {
    get: (path) => send(path, null),
    collect: (path, to) => send(path, `to=${to}`),
  };
}

async function receipt({ till }: TestMerchant, number = "A-1"): Promise<string> {
  const sold = await till.must("POST", "/v1/sales", { receipt: number, total: { amount: 1250, currency: "EUR" } });
  return new URL(text(sold["claim"]?.["url"])).pathname;
}

const claims = () => createTestMerchant({ claims: true });

describe("the page behind the code on a receipt", () => {
  test("says what the purchase earned, and one tap makes a card with it", async () => {
    const merchant = await claims();
    const path = await receipt(merchant);
    const visitor = browser();
    const page = await visitor.get(path);
    const words = await page.text();
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(words).toContain("<strong>12</strong> points");
    expect(words).toContain("Get a card and collect it");

    const collected = await visitor.collect(path, "new");
    expect(collected.status).toBe(303);
    const card = await visitor.get(collected.headers.get("location") ?? "");
    expect(await card.text()).toMatch(/12[\s\S]*points/);
  });

  test("gives the new card what signing up gives, with what the purchase earned, and once", async () => {
    const welcome = { id: "act_in", kind: "sign_up", name: { en: "welcome" }, give: 30, automatic: true };
    const merchant = await createTestMerchant({ claims: true, program: { ...cafeProgram, actions: [welcome] } });
    const path = await receipt(merchant);
    const visitor = browser();
    const collected = await visitor.collect(path, "new");
    await visitor.collect(path, "new");
    const card = await visitor.get(collected.headers.get("location") ?? "");
    expect(await card.text()).toMatch(/<strong[^>]*>42<\/strong>/);
  });

  test("puts a second receipt on the card that this browser has", async () => {
    const merchant = await claims();
    const visitor = browser();
    const first = await visitor.collect(await receipt(merchant, "A-1"), "new");
    const card = first.headers.get("location") ?? "";
    await visitor.get(card);
    const path = await receipt(merchant, "A-2");
    expect(await (await visitor.get(path)).text()).toContain("Put it on my card");
    const second = await visitor.collect(path, "own");
    expect(second.headers.get("location")).toBe(card);
    expect(await (await visitor.get(card)).text()).toMatch(/24[\s\S]*points/);
  });

  test("two taps collect once, on one card; somebody else is told that it is gone", async () => {
    const merchant = await claims();
    const path = await receipt(merchant);
    const visitor = browser();
    const [one, two] = await Promise.all([visitor.collect(path, "new"), visitor.collect(path, "new")]);
    expect(two.headers.get("location")).toBe(one.headers.get("location"));
    const other = browser();
    const refused = await other.get(path);
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain("This receipt was collected");
  });

  test("is over after thirty days, and makes no card then", async () => {
    const merchant = await claims();
    const path = await receipt(merchant);
    await merchant.wait(30 * DAY_MS);
    const visitor = browser();
    for (const answer of [await visitor.get(path), await visitor.collect(path, "new")]) {
      expect(answer.status).toBe(410);
      expect(await answer.text()).toContain("Too late to collect");
    }
    const members = await merchant.till.must("GET", "/v1/members");
    expect(members["data"]).toEqual([]);
  });

  test("does not know forged links, cards, and forms of other sites", async () => {
    const merchant = await claims();
    const path = await receipt(merchant);
    const visitor = browser();
    const made = await merchant.till.must("POST", "/v1/members", {});
    for (const wrong of [`${path.slice(0, -1)}_`, "/claim/nonsense", `/claim/${text(made["card_token"])}`]) {
      expect((await visitor.get(wrong)).status).toBe(404);
    }
    const foreign = await fetchWorker(`${ORIGIN}${path}`, {
      method: "POST",
      headers: { "sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded" },
      body: "to=new",
    });
    expect(foreign.status).toBe(403);
  });
});

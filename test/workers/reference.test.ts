import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { ERROR_CODES } from "../../src/contract/error-codes.ts";
import type { giftcardAnswer } from "../../src/contract/pos-v1/giftcard.ts";
import type { giftAnswer, issuedRewardAnswer } from "../../src/contract/pos-v1/issued-reward.ts";
import type { redemptionAnswer } from "../../src/contract/pos-v1/redemption.ts";
import type { saleAnswer } from "../../src/contract/pos-v1/sale.ts";
import { SCOPES } from "../../src/domain/tenancy/api-key.ts";
import { createApp } from "../../src/workers/app.ts";
import type { MadeDemo } from "../../src/workers/dev/demo-schemas.ts";
import { openapiDocument } from "../../src/workers/reference/openapi-document.ts";
import * as story from "../../src/workers/reference/examples/story.ts";
import { asSample } from "../support/workerd/sample-values.ts";
import { fetchWorker } from "../support/workerd/fetch-worker.ts";

const get = (path: string, headers: Record<string, string> = {}) =>
  fetchWorker(`https://stempel.test${path}`, { headers });

describe("GET /openapi.json", () => {
  test("answers the document, for tools on other pages too", async () => {
    const answer = await get("/openapi.json");

    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer.json()).toEqual(openapiDocument());
  });

  test("names every route below /v1, and no other", () => {
    const served = createApp()
      .routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/v1/"))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const described = Object.entries(openapiDocument()["paths"] ?? {}).flatMap(([path, operations]) =>
      Object.keys(operations ?? {}).map((method) => `${method} ${path}`),
    );

    expect(new Set(described)).toEqual(new Set(served));
  });
});

describe("GET /docs", () => {
  test("lets a browser run what it names and nothing else", async () => {
    const [first, second] = await Promise.all([get("/docs"), get("/docs")]);
    const policy = first.headers.get("content-security-policy") ?? "";
    const nonce = /'nonce-([\w+/=]+)'/.exec(policy)?.[1] ?? "";
    const html = await first.text();

    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(first.headers.get("x-content-type-options")).toBe("nosniff");
    expect(first.headers.get("referrer-policy")).toBe("no-referrer");
    expect(first.headers.get("cache-control")).toBe("no-store");
    expect(nonce).not.toBe("");
    expect(second.headers.get("content-security-policy")).not.toContain(nonce);
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts).toHaveLength(2);
    for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/ style="| on\w+="/);
  });

  test("has an anchor for every code, said nowhere twice", async () => {
    const html = await (await get("/docs")).text();
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

    expect(ids).toEqual(expect.arrayContaining(Object.keys(ERROR_CODES)));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("shows commands for the address that was asked", async () => {
    expect(await (await get("/docs")).text()).toContain("curl -i https://stempel.test/v1/sales");
  });
});

test.each([
  { accept: "nl-NL,nl;q=0.9", lang: "nl", words: "Klantenkaarten" },
  { accept: "en-GB,en;q=0.9", lang: "en", words: "Loyalty cards" },
  { accept: "fr", lang: "en", words: "Loyalty cards" },
])("GET / answers $lang to $accept", async ({ accept, lang, words }) => {
  const answer = await get("/", { "accept-language": accept });
  const html = await answer.text();

  expect(answer.headers.get("vary")).toContain("accept-language");
  expect(html).toContain(`<html lang="${lang}">`);
  expect(html).toContain(words);
});

/** Keys are the merchant's own, and every run makes another merchant. */
function withExampleKeys({ keys }: { readonly keys: readonly { readonly x: string }[] }) {
  return { keys: keys.map((key) => ({ ...key, x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })) };
}

describe("the examples", () => {
  let key = "";

  /** Sends one request of the story and answers what came back. */
  async function tell<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetchWorker(`https://stempel.example${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        "accept-language": "en",
        "idempotency-key": crypto.randomUUID(),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} ${text}`);
    return JSON.parse(text === "" ? "null" : text);
  }

  /** Makes the merchant of the examples, and answers a key of its till. */
  async function settle({ claims }: { readonly claims: boolean }): Promise<string> {
    const { location, till, ...merchant } = story.exampleMerchant;
    const keys = [{ name: "key", mode: "test", scopes: SCOPES.filter((scope) => scope !== "backfill") }];
    const answer = await fetchWorker("https://stempel.test/dev/demo", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...merchant,
        claims,
        program: story.exampleProgram,
        items: story.exampleItems,
        locations: [{ name: location, tills: [{ name: till, keys }] }],
      }),
    });
    if (answer.status !== 201) throw new Error(`no merchant was made: ${await answer.text()}`);
    const made: MadeDemo = await answer.json();
    return made.locations[0]?.tills[0]?.keys[0]?.secret ?? "";
  }

  // When the API has changed on purpose: `vitest run --project workerd test/workers/reference.test.ts -u`, then
  // `npm run gen:openapi`, and read what changed.
  test("are what the API answers", async () => {
    const answers: Record<string, unknown> = {};
    key = await settle({ claims: true });
    const newMember = await tell<{ member: { id: string } }>("POST", "/v1/members", story.newMember);
    const member = `/v1/members/${newMember.member.id}`;
    Object.assign(answers, {
      newMember,
      identified: await tell("POST", "/v1/members/identify", story.identifyByPhone),
      previewed: await tell("POST", "/v1/sales/preview", story.firstSale),
    });
    const firstSale = await tell<z.infer<typeof saleAnswer>>("POST", "/v1/sales", story.firstSale);
    Object.assign(answers, {
      firstSale,
      ...(await collect()),
      adjusted: await tell("POST", "/v1/adjustments", story.welcomeGift),
      action: await tell("POST", "/v1/actions", story.friendBrought),
      ...(await redeem()),
      ...(await issue()),
      ...(await topUp()),
      returned: await tell("POST", "/v1/returns", story.croissantBack),
      sale: await tell("GET", `/v1/sales/${firstSale.sale?.id ?? ""}`),
      entries: await tell("GET", `${member}/entries?limit=3`),
      redemptions: await tell("GET", `/v1/redemptions?member=${newMember.member.id}&limit=2`),
      changedMember: await tell("PATCH", member, story.changedMember),
      linkedCard: await tell("POST", `${member}/cards`, story.plasticCard),
      blockedCard: await tell("POST", "/v1/cards/block", story.lostCard),
      member: await tell("GET", member),
      members: await tell("GET", "/v1/members"),
      program: await tell("GET", "/v1/program"),
      snapshotKeys: withExampleKeys(await tell("GET", "/v1/snapshot-keys")),
      synced: await tell("POST", "/v1/sync", story.queuedOffline),
      exported: await exported(),
      transferred: await tell("POST", `${member}/transfer`, story.giveTen),
      paperCard: await tell("POST", "/v1/paper-cards", story.paperCard),
      ...(await merge(member)),
      testClock: await tell("PUT", "/v1/test_clock", { now: "2030-01-01T00:00:00Z" }),
    });
    await tell("DELETE", member);
    key = await settle({ claims: false });
    answers["saleNotBooked"] = await tell("POST", "/v1/sales", story.saleWithoutMember);

    const text = `${JSON.stringify(asSample(answers), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../src/workers/reference/examples/answers.json");
  });

  /** A sale without a member, and who scanned its link. */
  async function collect(): Promise<Record<string, unknown>> {
    const saleWithoutMember = await tell<z.infer<typeof saleAnswer>>("POST", "/v1/sales", story.saleWithoutMember);
    const token = saleWithoutMember.claim?.token ?? "";
    return { saleWithoutMember, claimed: await tell("POST", "/v1/claims", story.collectSale(token)) };
  }

  /** A gift that is redeemed, and a reward that is paid for and taken back. */
  async function issue(): Promise<Record<string, unknown>> {
    const given = await tell<z.infer<typeof giftAnswer>>("POST", "/v1/gifts", story.giftOfReward);
    const issued = await tell<z.infer<typeof issuedRewardAnswer>>(
      "POST",
      "/v1/issued-rewards",
      story.payNowCollectLater,
    );
    const takenBack = await tell("POST", `/v1/issued-rewards/${issued.issued_reward?.id ?? ""}/cancel`);
    const redeem = story.redeemIssued(given.gift.issued_reward?.id ?? "");
    return { given, issued, takenBack, heldIssued: await tell("POST", "/v1/redemptions", redeem) };
  }

  /** Credit is bought and pays a part, and so does a gift card. */
  async function topUp(): Promise<Record<string, unknown>> {
    const toppedUp = await tell("POST", "/v1/sales", story.topUp);
    const heldCredit = await tell("POST", "/v1/redemptions", story.payWithCredit);
    const giftCard = await tell<z.infer<typeof giftcardAnswer>>("POST", "/v1/giftcards", story.giftCard);
    const { code } = giftCard.giftcard;
    await tell("POST", "/v1/redemptions", story.payWithGiftCard(code));
    return { toppedUp, heldCredit, giftCard, giftCardStory: await tell("GET", `/v1/giftcards/${code}`) };
  }

  /** The other card of the same person, which was queued offline, goes up in this one. */
  async function merge(member: string): Promise<Record<string, unknown>> {
    const shownMerge = await tell<{ token: string }>("POST", `${member}/merge/preview`, story.otherCard);
    return { shownMerge, merged: await tell("POST", `${member}/merge`, story.mergeOther(shownMerge.token)) };
  }

  /** Everything about the member who was queued offline: little has happened yet. */
  async function exported(): Promise<unknown> {
    const found = await tell<{ member: { id: string } }>("POST", "/v1/members/identify", story.identifyById);
    return tell("GET", `/v1/members/${found.member.id}/export`);
  }

  /** One reward goes with a sale, one by itself, and one is given back. */
  async function redeem(): Promise<Record<string, unknown>> {
    const hold = (body: unknown) => tell<z.infer<typeof redemptionAnswer>>("POST", "/v1/redemptions", body);
    const held = await hold(story.twoEuroOff);
    const { id } = held.redemption;
    const renewed = await tell("POST", `/v1/redemptions/${id}/renew`);
    const redemption = await tell("GET", `/v1/redemptions/${id}`);
    const saleWithReward = await tell("POST", "/v1/sales", story.saleWithReward(id));
    const heldPoints = await hold(story.payWithPoints);
    const captured = await tell("POST", `/v1/redemptions/${heldPoints.redemption.id}/capture`);
    const again = await hold(story.twoEuroOff);
    const cancelled = await tell("POST", `/v1/redemptions/${again.redemption.id}/cancel`);
    return { held, renewed, redemption, saleWithReward, heldPoints, captured, cancelled };
  }
});

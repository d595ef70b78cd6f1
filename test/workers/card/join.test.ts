import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { verifyCardToken } from "../../../src/domain/tenancy/card-token.ts";
import type { MemberRecord } from "../../../src/durable/merchant-registry/protocol.ts";
import { createApp } from "../../../src/workers/app.ts";
import { joinByMail } from "../../../src/workers/card/join/join-member.ts";
import { deskOfMerchant } from "../../../src/workers/card/member-desk.ts";
import type { Mail } from "../../../src/workers/mail/mail.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import { createTestMerchant, type TestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "../pos/routes.ts";
import { join, joinRequest, newMember, newOnce, open, ORIGIN, sell, tokenIn } from "./support.ts";

const liveMerchant = () => createTestMerchant({ mode: "live" });

async function deskOf(merchant: TestMerchant) {
  const desk = await deskOfMerchant(env, merchant.tenant);
  if (desk === null) throw new Error("the merchant is unknown");
  return desk;
}

function accountOf({ tenant }: TestMerchant, token: string): string {
  const card = verifyCardToken(readSecrets(env).cardKeys, tenant, token);
  if (card === null) throw new Error("no token of this merchant");
  return card.account;
}

/** The member as the registry knows them. */
async function recordOf(merchant: TestMerchant, token: string): Promise<MemberRecord> {
  const found = await (await deskOf(merchant)).registry().getMember(accountOf(merchant, token));
  if (!found.ok) throw new Error(found.error.code);
  return found.value;
}

async function membersOf({ till }: TestMerchant): Promise<number> {
  const { data } = await till.must("GET", "/v1/members?limit=100");
  return Object.keys(data ?? {}).length;
}

/** The account that the till finds. */
async function identified({ till }: TestMerchant, member: object): Promise<string> {
  return text((await till.must("POST", "/v1/members/identify", { member }))["card_token"]);
}

describe("the page to join", () => {
  test("tells in two sentences what one gets, in the reader's language", async () => {
    const merchant = await liveMerchant();
    const [nl, en] = [
      await open(`/join/${merchant.locator}`),
      await open(`/join/${merchant.locator}`, { "accept-language": "en" }),
    ];

    expect(nl.words).toContain("Spaar mee bij Café De Hoek");
    expect(nl.words).toContain(
      "Daarvoor krijg je koekje (3 stempels), gratis koffie (10 stempels) of € 2 korting (20 punten).",
    );
    expect(en.words).toContain("They get you cookie (3 stamps), free coffee (10 stamps) or €2 off (20 points).");
    expect(nl.words).toContain("Met je kaart doe je mee aan het spaarprogramma van Café De Hoek.");
  });

  test("has every consent apart, and none ticked", async () => {
    const merchant = await liveMerchant();
    const { html } = await open(`/join/${merchant.locator}`);
    const boxes = html.match(/<input[^>]*type="checkbox"[^>]*>/g) ?? [];

    expect(boxes).toHaveLength(3);
    for (const box of boxes) expect(box).not.toContain("checked");
  });

  test("of nobody is a page that says so", async () => {
    const merchant = await liveMerchant();
    for (const locator of ["x", "e0000000", `${merchant.locator}x`]) {
      const page = await open(`/join/${locator}`);
      expect(page.status).toBe(404);
      expect(page.words).toContain("Deze winkel kennen we niet");
      expect((await join(locator, { how: "instant" })).status).toBe(404);
    }
  });
});

describe("joining without a name", () => {
  test("gives a card at once that the till knows", async () => {
    const merchant = await liveMerchant();
    const joined = await join(merchant.locator, { how: "instant" });
    expect(joined.status).toBe(303);
    const token = tokenIn(joined);
    await sell(merchant, token);

    expect((await open(`/c/${token}`)).words).toContain("12 punten");
    expect(await recordOf(merchant, token)).toMatchObject({
      profile: { name: null, email: null, phone: null, consents: [] },
    });
  });

  test("ignores what else was filled in", async () => {
    const merchant = await liveMerchant();
    const joined = await join(merchant.locator, { how: "instant", phone: "0612345678", marketing_sms: "yes" });

    expect(await recordOf(merchant, tokenIn(joined))).toMatchObject({ profile: { phone: null, consents: [] } });
  });

  test("makes one card of a form that is sent twice, and two of two forms", async () => {
    const merchant = await liveMerchant();
    const once = newOnce();
    const [one, again] = [
      await join(merchant.locator, { how: "instant", once }),
      await join(merchant.locator, { how: "instant", once }),
    ];

    expect(tokenIn(again)).toBe(tokenIn(one));
    expect(tokenIn(await join(merchant.locator, { how: "instant" }))).not.toBe(tokenIn(one));
    expect(await membersOf(merchant)).toBe(2);
  });
});

describe("joining with a phone number", () => {
  test("gives a card that the number leads to, with each consent as it was worded", async () => {
    const merchant = await liveMerchant();
    const before = Date.now();
    const joined = await join(merchant.locator, {
      name: "Bo",
      phone: "06 12345678",
      marketing_sms: "yes",
      profiling: "yes",
    });
    const token = tokenIn(joined);

    expect(await identified(merchant, { phone: "+31612345678" })).toBe(token);
    const { profile } = await recordOf(merchant, token);
    expect(profile).toMatchObject({ name: "Bo", phone: "+31612345678", locale: "nl" });
    expect(profile.consents).toEqual([
      {
        purpose: "marketing_sms",
        granted: true,
        text: "Café De Hoek mag mij aanbiedingen en nieuws sms'en.",
        at_ms: expect.any(Number),
        source: "join",
      },
      {
        purpose: "profiling",
        granted: true,
        text: "Café De Hoek mag mijn aankopen gebruiken om aanbiedingen te kiezen die bij mij passen.",
        at_ms: expect.any(Number),
        source: "join",
      },
    ]);
    for (const { at_ms } of profile.consents) expect(at_ms).toBeGreaterThanOrEqual(before);
    expect((await open(joined.headers.get("location") ?? "")).words).toContain(
      "Spaarde je hier al met dit telefoonnummer?",
    );
  });

  test("that is known opens nothing, changes nothing, and is answered as any other", async () => {
    const merchant = await liveMerchant();
    const owner = await newMember(merchant, { name: "Anna", phone: "0612345678" });
    await sell(merchant, owner.token);
    const joined = await join(merchant.locator, { name: "Bo", phone: "0612345678", marketing_sms: "yes" });
    const fresh = await join(merchant.locator, { name: "Bo", phone: "0687654321", marketing_sms: "yes" });
    const shapeOf = (location: string | null) => location?.replace(/\/c\/[^?]+/, "/c/…");
    const unlike = (html: string) => html.replaceAll(/1\.c\d\.[\w.]+|nonce="[^"]+"|<path id="qr-path"[^>]+>/g, "…");

    expect(joined.status).toBe(fresh.status);
    expect(shapeOf(joined.headers.get("location"))).toBe(shapeOf(fresh.headers.get("location")));
    const [known, unknown] = [
      await open(joined.headers.get("location") ?? ""),
      await open(fresh.headers.get("location") ?? ""),
    ];
    expect(unlike(known.html)).toBe(unlike(unknown.html));
    expect(known.words).not.toContain("Anna");
    expect(tokenIn(joined)).not.toBe(owner.token);
    expect(await identified(merchant, { phone: "0612345678" })).toBe(owner.token);
    expect((await recordOf(merchant, owner.token)).profile.consents).toEqual([]);
    expect(await recordOf(merchant, tokenIn(joined))).toMatchObject({
      profile: { phone: null, name: "Bo", consents: [] },
    });
  });
});

describe("joining with an e-mail address", () => {
  /** Joins at the mail port's interface, and answers what was mailed. */
  async function mailed(
    merchant: TestMerchant,
    email: string,
    changes: object = {},
    once = newOnce(),
  ): Promise<Mail[]> {
    const sent: Mail[] = [];
    const mail = { send: async (one: Mail) => void sent.push(one) };
    const joining = { desk: await deskOf(merchant), mail, locale: "nl" as const, once, origin: ORIGIN };
    await joinByMail(joining, { name: null, phone: null, consents: [], email, ...changes });
    return sent;
  }

  const linkIn = ([mail]: Mail[]) => (mail?.template === "card_link" ? mail.data.card_url : "");

  test("mails the link to a new card, which the address leads to", async () => {
    const merchant = await liveMerchant();
    const sent = await mailed(merchant, "anna@voorbeeld.nl", { name: "Anna" });

    expect(sent).toEqual([
      {
        to: "anna@voorbeeld.nl",
        locale: "nl",
        key: expect.stringMatching(/^card_link:m[0-9a-z]{15}:\d+$/),
        template: "card_link",
        data: { merchant: "Café De Hoek", color: null, card_url: expect.stringMatching(`^${ORIGIN}/c/1`) },
      },
    ]);
    const token = linkIn(sent).slice(`${ORIGIN}/c/`.length);
    expect(await identified(merchant, { email: "anna@voorbeeld.nl" })).toBe(token);
    expect((await open(`/c/${token}`)).words).toContain("Hoi Anna");
  });

  test("that is known mails the link to the card it has, and changes nothing on it", async () => {
    const merchant = await liveMerchant();
    const owner = await newMember(merchant, { name: "Anna", email: "anna@voorbeeld.nl" });
    const consent = { purpose: "marketing_email", granted: true, text: "x", at_ms: 1, source: "join" };
    const sent = await mailed(merchant, "anna@voorbeeld.nl", { name: "Eva", consents: [consent] });

    expect(linkIn(sent)).toBe(`${ORIGIN}/c/${owner.token}`);
    expect(await recordOf(merchant, owner.token)).toMatchObject({ profile: { name: "Anna", consents: [] } });
    expect(await membersOf(merchant)).toBe(1);
  });

  test("again within the hour asks for the same mail, which is sent once", async () => {
    const merchant = await liveMerchant();
    const sent = [...(await mailed(merchant, "a@voorbeeld.nl")), ...(await mailed(merchant, "a@voorbeeld.nl"))];

    expect(new Set(sent.map(({ key }) => key.replace(/\d+$/, ""))).size).toBe(1);
    expect(await membersOf(merchant)).toBe(1);
  });

  test("leads to the newest card when the first was replaced", async () => {
    const merchant = await liveMerchant();
    const owner = await newMember(merchant, { email: "anna@voorbeeld.nl" });
    const made = await merchant.till.must("POST", `/v1/members/${owner.id}/cards`, {
      kind: "digital",
      replaces: owner.token,
    });

    expect(linkIn(await mailed(merchant, "anna@voorbeeld.nl"))).toBe(`${ORIGIN}/c/${text(made["card"]?.["token"])}`);
  });

  test("and somebody else's phone number leaves the number where it is", async () => {
    const merchant = await liveMerchant();
    const owner = await newMember(merchant, { phone: "0612345678" });
    const sent = await mailed(merchant, "bo@voorbeeld.nl", { phone: "+31612345678" });

    expect(linkIn(sent)).not.toContain(owner.token);
    expect(await identified(merchant, { phone: "0612345678" })).toBe(owner.token);
  });

  test("is answered alike whether it is known or not, and sooner for neither", async () => {
    const merchant = await liveMerchant();
    await newMember(merchant, { email: "anna@voorbeeld.nl" });
    const answers = [];
    for (const email of ["anna@voorbeeld.nl", "nieuw@voorbeeld.nl"]) {
      const started = performance.now();
      const { status, headers, html } = await join(merchant.locator, { email });
      expect(performance.now() - started).toBeGreaterThanOrEqual(390);
      const { "x-request-id": _id, "content-security-policy": _nonce, ...rest } = Object.fromEntries(headers);
      answers.push({ status, rest, html });
    }

    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 303, rest: { location: `/join/${merchant.locator}/mailed` } });
    expect((await open(`/join/${merchant.locator}/mailed`)).words).toContain("Kijk in je mail");
  });

  test("while the queue is away says so; the same form later makes one member", async () => {
    const merchant = await liveMerchant();
    const once = newOnce();
    const fields = { email: "anna@voorbeeld.nl", once };
    const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const JOBS: typeof env.JOBS = Object.create(env.JOBS, {
      send: { value: () => Promise.reject(new Error("the queue is away")) },
    });
    const failed = await createApp().request(
      joinRequest(merchant.locator, fields),
      {},
      { ...env, JOBS },
      createExecutionContext(),
    );
    silent.mockRestore();

    expect(failed.status).toBe(503);
    expect(failed.headers.has("retry-after")).toBe(true);
    expect(await failed.text()).toContain("Er is niets kwijt");
    expect((await join(merchant.locator, fields)).status).toBe(303);
    expect(await membersOf(merchant)).toBe(1);
  });
});

describe("a form that is not right", () => {
  test.each([
    [{}, ["Vul een e-mailadres of een telefoonnummer in."]],
    [{ email: "anna" }, ["Dit is geen e-mailadres."]],
    [{ phone: "12" }, ["Dit is geen telefoonnummer."]],
    [{ phone: "0612345678", marketing_email: "yes" }, ["Vul je e-mailadres in als je mail wilt krijgen."]],
    [{ email: "a@b.nl", marketing_sms: "yes" }, ["Vul je telefoonnummer in als je sms wilt krijgen."]],
    [{ email: "anna", phone: "12" }, ["Dit is geen e-mailadres.", "Dit is geen telefoonnummer."]],
    [{ email: "a@b.nl", name: "x".repeat(121) }, ["Een naam heeft hoogstens 120 tekens op één regel."]],
    [{ email: "a@b.nl", name: "a\u0007b" }, ["Een naam heeft hoogstens 120 tekens op één regel."]],
  ])("%j comes back with what to mend", async (fields, errors) => {
    const merchant = await liveMerchant();
    const page = await join(merchant.locator, fields);

    expect(page.status).toBe(422);
    for (const error of errors) expect(page.words).toContain(error);
    const typed = Object.values(fields).filter((value) => value !== "yes" && !value.includes("\u0007"));
    for (const value of typed) expect(page.html).toContain(`value="${value}"`);
    expect(await membersOf(merchant)).toBe(0);
  });

  test("keeps what was ticked, and shows markup as text", async () => {
    const merchant = await liveMerchant();
    const { html } = await join(merchant.locator, { email: '"><script>', profiling: "yes" });

    expect(html).toMatch(/id="profiling"[^>]*checked/);
    expect(html).not.toMatch(/id="marketing_email"[^>]*checked/);
    expect(html).not.toContain('"><script>');
  });
});

describe("programs that fill in forms", () => {
  test("that fill in everything make nothing, and are not told", async () => {
    const merchant = await liveMerchant();
    const answer = await join(merchant.locator, { how: "instant", website: "https://spam.example" });

    expect(answer).toMatchObject({ status: 303 });
    expect(answer.headers.get("location")).toBe(`/join/${merchant.locator}/mailed`);
    expect(await membersOf(merchant)).toBe(0);
  });

  test.each([
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["a neighbour", { "sec-fetch-site": "same-site", origin: "https://evil.stempel.test" }],
    ["an address bar", { "sec-fetch-site": "none" }],
  ])("from %s are refused", async (_from, headers) => {
    const merchant = await liveMerchant();
    const answer = await join(merchant.locator, { how: "instant" }, headers);

    expect(answer.status).toBe(403);
    expect(answer.words).toContain("Dit kwam niet van onze pagina");
    expect(await membersOf(merchant)).toBe(0);
  });

  test.each([
    ["no origin", undefined, 403],
    ["another origin", "https://evil.example", 403],
    ["a hidden origin", "null", 403],
    ["our origin", ORIGIN, 303],
  ])("in an old browser that sends %s", async (_what, origin, status) => {
    const merchant = await liveMerchant();
    const request = joinRequest(merchant.locator, { how: "instant" }, origin === undefined ? {} : { origin });
    request.headers.delete("sec-fetch-site");
    const answer = await createApp().request(request, {}, env, createExecutionContext());

    expect(answer.status).toBe(status);
    await answer.text();
  });

  test("that send too much are refused", async () => {
    const merchant = await liveMerchant();
    expect((await join(merchant.locator, { name: "x".repeat(20_000) })).status).toBe(403);
  });

  test("that make cards without end are slowed down, and nobody else", async () => {
    const merchant = await liveMerchant();
    const greedy = { "cf-connecting-ip": "203.0.113.9" };
    const answers = [];
    for (let card = 0; card < 21; card += 1) answers.push(await join(merchant.locator, { how: "instant" }, greedy));
    const last = answers.at(-1);

    expect(answers.filter(({ status }) => status === 303)).toHaveLength(20);
    expect(last?.status).toBe(429);
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(last?.words).toContain("Wacht een minuut");
    expect((await join(merchant.locator, { how: "instant" })).status).toBe(303);
  });
});

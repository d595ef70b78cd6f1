import { env } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { contrast } from "../../../src/domain/color.ts";
import { createCardToken } from "../../../src/domain/tenancy/card-token.ts";
import { createApp } from "../../../src/workers/app.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import { createMerchant } from "../../../src/workers/services/merchant/create.ts";
import { updateMerchant } from "../../../src/workers/services/merchant/update.ts";
import { servicePorts, tenantOpener } from "../../../src/workers/ports.ts";
import { cafeProgram } from "../../support/workerd/account.ts";
import { createTestMerchant } from "../../support/workerd/merchant.ts";
import { join, newMember, open, ORIGIN, sell, tokenIn } from "./support.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const PERSON = { name: "Anna de Vries", phone: "06 12345678", email: "anna@voorbeeld.nl" };

describe("a card", () => {
  test("tells what is on it and what is to come", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant, PERSON);
    await sell(merchant, token);
    const page = await open(`/c/${token}`);

    expect(page.status).toBe(200);
    expect(page.html).toContain('<html lang="nl">');
    for (const words of [
      "Café De Hoek",
      "Hoi Anna",
      "12 punten",
      "Goed voor € 0,12 aan de kassa",
      "koffiekaart",
      "Nog 9 stempels voor gratis koffie",
      "Nog 2 stempels voor koekje",
      "€ 2 korting nog 8 punten",
      "+12 punten 1 per € 1,00 over € 12,50; € 0,50 telt de volgende keer mee",
      "+1 stempel koffiekaart 1 per stuk, 1 stuk",
    ]) {
      expect(page.words).toContain(words);
    }
    expect(page.html).toContain('aria-label="1 van 10 stempels"');
    expect(page.html.match(/class="stamp on"/g)).toHaveLength(2);
    expect(page.html).toMatch(/<progress value="12" max="20"/);
  });

  test("speaks English to an English browser", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant, PERSON);
    await sell(merchant, token);
    const page = await open(`/c/${token}`, { "accept-language": "en-GB,en;q=0.9,nl;q=0.5" });

    expect(page.html).toContain('<html lang="en">');
    for (const words of ["Hi Anna", "12 points", "9 more stamps for free coffee", "+12 points 1 per €1.00 on €12.50"]) {
      expect(page.words).toContain(words);
    }
  });

  test("remembers the language that was chosen, and takes none it does not have", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    const chosen = await open(`/c/${token}?lang=en`);
    const set = ({ headers }: typeof chosen) => headers.getSetCookie().filter((line) => line.startsWith("lang="));
    const [cookie = ""] = set(chosen)[0]?.split(";") ?? [];

    expect(chosen.html).toContain('<html lang="en">');
    expect(set(chosen)).toEqual([
      expect.stringMatching(/^lang=en; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    expect((await open(`/c/${token}`, { cookie })).html).toContain('<html lang="en">');
    const strange = await open(`/c/${token}?lang=de`);
    expect(strange.html).toContain('<html lang="nl">');
    expect(set(strange)).toEqual([]);
    // What the page asks for by itself is in its language, and chooses nothing.
    const part = await open(`/c/${token}/now?in=en`);
    expect(part.words).toContain("Nothing on your card yet");
    expect(set(part)).toEqual([]);
  });

  test("tells no more of a person than the first name", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant, { ...PERSON, external_id: "K-17850", birthday: "03-14" });
    const { html } = await open(`/c/${token}`);

    for (const secret of ["Vries", "12345678", "voorbeeld.nl", "K-17850", "03-14"]) expect(html).not.toContain(secret);
  });

  test("of nobody in particular has no name", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);

    expect((await open(`/c/${token}`)).words).toContain("Je spaarkaart");
  });

  test("without entries says what to do first", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    const { words } = await open(`/c/${token}`);

    expect(words).toContain("Nog niets op je kaart");
    expect(words).not.toContain("Laatste keren");
  });

  test("with a full stamp card shows the reward and the next card beside it", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    for (let visit = 0; visit < 3; visit += 1) await sell(merchant, token);
    const full = await open(`/c/${token}`);

    expect(full.words).toContain("Klaar om te gebruiken");
    expect(full.words).toContain("koekje 3 stempels");
    expect(full.html).toContain('aria-label="3 van 3 stempels"');
    expect(full.words).toContain("Vol voor koekje");
    await sell(merchant, token);
    const further = await open(`/c/${token}`);
    expect(further.html).toContain('aria-label="1 van 3 stempels"');
    expect(further.words).toContain("1 volle kaart");
  });

  test("tells a reservation once, and not as a loss", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    await sell(merchant, token);
    await sell(merchant, token);
    await merchant.till.must("POST", "/v1/redemptions", { member: { card: token }, reward: "rew_two_euro" });
    const { words } = await open(`/c/${token}`);

    expect(words).toContain("20 gereserveerd");
    expect(words.match(/Gereserveerd voor € 2 korting/g)).toHaveLength(1);
    expect(words).not.toContain("−20 punten");
  });

  test("says when it is a test card", async () => {
    const [test, live] = await Promise.all([
      createTestMerchant({ mode: "test" }),
      createTestMerchant({ mode: "live" }),
    ]);

    expect((await open(`/c/${(await newMember(test)).token}`)).words).toContain("Testkaart");
    expect((await open(`/c/${(await newMember(live)).token}`)).words).not.toContain("Testkaart");
  });

  test("of a name that is markup shows it as text", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant, { name: "<script>alert(1)</script>" });

    expect((await open(`/c/${token}`)).html).toContain("&lt;script&gt;");
  });

  test("keeps old units readable after the programme has dropped them", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    await sell(merchant, token);
    const { units: _units, earning: _earning, pay_with_points: _pay, actions: _actions, ...rest } = cafeProgram;
    await merchant.changeProgram({ ...rest, units: {}, rewards: cafeProgram.rewards.slice(3) });
    const page = await open(`/c/${token}`);

    expect(page.status).toBe(200);
    expect(page.words).toContain("12 Saldo van een eerder programma");
  });
});

describe("a merchant's colour", () => {
  test("is that of the page, with texts that can be read on it", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    const updated = await updateMerchant({ ctx: merchant.owner, input: { color: "#FFD23F" } });
    expect(updated.ok).toBe(true);
    merchant.forget();
    const { html } = await open(`/c/${token}`);
    const [, brand = "", ink = "", onLight = "", onDark = ""] =
      /--brand:(#\w{6});--on-brand:(#\w{6});--accent-light:(#\w{6});--accent-dark:(#\w{6})/.exec(html) ?? [];

    expect(brand).toBe("#ffd23f");
    expect(html).toContain('<meta name="theme-color" content="#ffd23f"');
    expect(contrast(ink, brand)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(onLight, "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(onDark, "#1e2124")).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["red", "#12345", "#1234567", "#12345g", "#fff;}body{"])("is not %s", async (color) => {
    const merchant = await createTestMerchant();
    expect((await updateMerchant({ ctx: merchant.owner, input: { color } })).ok).toBe(false);
  });
});

describe("a link that leads nowhere", () => {
  test("is answered with what to do, whatever is wrong with it", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    const last = token.at(-1) === "0" ? "1" : "0";
    const receipt = createCardToken(readSecrets(env).cardKeys, merchant.tenant, {
      account: "r00000000000000a",
      cardNo: 0,
    });
    const neverOpened = createCardToken(readSecrets(env).cardKeys, merchant.tenant, {
      account: "m00000000000000a",
      cardNo: 1,
    });
    const otherCard = createCardToken(readSecrets(env).cardKeys, merchant.tenant, {
      account: token.split(".")[3] ?? "",
      cardNo: 7,
    });
    for (const wrong of [
      `${token.slice(0, -1)}${last}`,
      "x",
      "1.c1.x",
      receipt,
      neverOpened,
      otherCard,
      "%00",
      "a".repeat(5_000),
    ]) {
      const page = await open(`/c/${wrong}`);
      expect({ wrong, status: page.status }).toEqual({ wrong, status: 404 });
      expect(page.words).toContain("Deze kaart kennen we niet");
      expect(page.html).not.toContain(token.slice(10, 40));
      expect((await open(`/c/${wrong}/now`)).status).toBe(404);
    }
    expect((await open(`/c/${token.slice(0, -1)}${last}/manifest.webmanifest`)).status).toBe(404);
  });

  test("does not work with another merchant's card", async () => {
    const [one, other] = await Promise.all([createTestMerchant(), createTestMerchant()]);
    const { token } = await newMember(one);

    expect((await open(`/c/${token.replace(one.locator, other.locator)}`)).status).toBe(404);
  });
});

describe("a card that has ended", () => {
  test("blocked: says so and that the balance is safe, and shows nothing of it", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant, PERSON);
    await sell(merchant, token);
    await merchant.till.must("POST", "/v1/cards/block", { card: token, reason: "lost" });
    const page = await open(`/c/${token}`);

    expect(page.status).toBe(403);
    expect(page.words).toContain("Deze kaart is geblokkeerd");
    expect(page.words).toContain("Je saldo is veilig");
    for (const secret of ["Anna", "12 punten", token]) expect(page.html).not.toContain(secret);
    expect((await open(`/c/${token}/now`)).status).toBe(403);
  });

  test("erased: is gone, and leads to a new one", async () => {
    const merchant = await createTestMerchant();
    const { id, token } = await newMember(merchant, PERSON);
    await merchant.till.must("DELETE", `/v1/members/${id}`);
    const page = await open(`/c/${token}`);

    expect(page.status).toBe(410);
    expect(page.words).toContain("Deze kaart bestaat niet meer");
    expect(page.html).toContain(`href="/join/${merchant.locator}"`);
    expect(page.html).not.toContain("Anna");
  });
});

describe("a merchant without a programme", () => {
  test("hands out cards that say there is nothing to collect yet", async () => {
    const made = await createMerchant({
      ctx: {
        request_id: "req_test",
        openTenant: tenantOpener(env),
        locatorMac: readSecrets(env).idMac,
        ports: servicePorts(env),
      },
      input: {
        name: "Nieuw",
        country: "NL",
        currency: "EUR",
        timezone: "Europe/Amsterdam",
        locale: "nl",
        location: { name: "x" },
        till: { name: "x" },
      },
    });
    if (!made.ok) throw new Error("no merchant was made");
    const { locator } = made.value.merchant;
    expect((await open(`/join/${locator}`)).words).toContain("Het spaarprogramma is er nog niet");
    const joined = await join(locator, { how: "instant" });
    const page = await open(`/c/${tokenIn(joined)}`);

    expect(page.status).toBe(200);
    expect(page.words).toContain("Hier kun je nog niet sparen");
    expect(page.html).toContain('id="qr-path"');
  });
});

describe("every page of a member", () => {
  const pages = async () => {
    const merchant = await createTestMerchant({ mode: "live" });
    const { token } = await newMember(merchant);
    return [
      `/c/${token}`,
      `/c/${token}/now`,
      `/join/${merchant.locator}`,
      `/join/${merchant.locator}/mailed`,
      "/c/x",
      "/join/x",
    ];
  };

  test("has strict headers, and is kept by nobody", async () => {
    for (const path of await pages()) {
      const { headers } = await open(path);
      const policy = headers.get("content-security-policy") ?? "";
      for (const part of [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "img-src 'self'",
        "connect-src 'self' wss://stempel.test",
      ]) {
        expect(`${path} ${policy}`).toContain(part);
      }
      expect(policy).toMatch(/script-src 'nonce-[\w+/=]{20,}';/);
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect({ path, ...Object.fromEntries(headers) }).toMatchObject({
        path,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex, nofollow",
      });
      expect(headers.get("permissions-policy")).toContain("camera=(), microphone=(), geolocation=()");
      expect(headers.get("vary")?.toLowerCase()).toContain("accept-language");
    }
  });

  test("gets a nonce of its own, on every script and style that stands in it", async () => {
    const [path = ""] = await pages();
    const [one, other] = [await open(path), await open(path)];
    const nonceOf = ({ headers }: typeof one) =>
      /'nonce-([^']+)'/.exec(headers.get("content-security-policy") ?? "")?.[1];

    expect(nonceOf(one)).not.toBe(nonceOf(other));
    const tags = one.html.match(/<(script|style)\b[^>]*>/g) ?? [];
    expect(tags).toHaveLength(2);
    for (const tag of tags) expect(tag).toContain(`nonce="${nonceOf(one)}"`);
  });

  test("asks nobody else, and has neither inline styles nor handlers", async () => {
    for (const path of await pages()) {
      const { html } = await open(path);
      expect(html).not.toMatch(/(?:src|href|action)="(?:https?:)?\/\//);
      expect(html).not.toMatch(/\s(?:style|on[a-z]+)="/);
    }
  });
});

describe("the card as an app", () => {
  test("begins at the card itself", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    const { html } = await open(`/c/${token}`);
    const [, href = ""] = /<link rel="manifest" href="([^"]+)"/.exec(html) ?? [];
    const answer = await fetchWorker(`${ORIGIN}${href}`);

    expect(answer.headers.get("content-type")).toBe("application/manifest+json");
    expect(await answer.json()).toMatchObject({
      start_url: `/c/${token}`,
      scope: `/c/${token}`,
      display: "standalone",
      name: "Je kaart van Café De Hoek",
      short_name: "Café De Hoek",
      theme_color: "#0b6a5c",
    });
  });

  test.each([180, 192, 512])("has an icon of %d pixels", async (size) => {
    const answer = await fetchWorker(`${ORIGIN}/card-icon/ffd23f-${size}.png`);
    const bytes = new DataView(await answer.arrayBuffer());

    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("cache-control")).toContain("immutable");
    expect([bytes.getUint32(0), bytes.getUint32(16), bytes.getUint32(20)]).toEqual([0x89504e47, size, size]);
  });

  test.each(["ffd23f-513.png", "ffd23f-999.png", "ffd23f.png", "FFD23F-180.png", "x-180.png"])(
    "has no %s",
    async (file) => {
      const answer = await fetchWorker(`${ORIGIN}/card-icon/${file}`);
      expect(answer.status).toBe(404);
      await answer.text();
    },
  );
});

describe("when an account cannot be reached", () => {
  /** The platform, with accounts that answer nothing. */
  function broken(error: Error): Env {
    const namespace: typeof env.MEMBER_ACCOUNT = Object.create(env.MEMBER_ACCOUNT, {
      jurisdiction: { value: () => namespace },
      getByName: {
        value: () => {
          throw error;
        },
      },
    });
    return { ...env, MEMBER_ACCOUNT: namespace };
  }

  test("the page says so, and when to come back", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    const overloaded = broken(Object.assign(new Error("too much"), { overloaded: true }));
    const answer = await createApp().request(`${ORIGIN}/c/${token}`, {}, overloaded, createExecutionContext());

    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await answer.text()).toContain("Er is niets kwijt");
  });

  test("what is logged tells no token", async () => {
    const merchant = await createTestMerchant();
    const { token } = await newMember(merchant);
    const lines: string[] = [];
    for (const level of ["log", "info", "warn", "error"] as const) {
      vi.spyOn(console, level).mockImplementation((...args) => void lines.push(args.join(" ")));
    }
    const answer = await createApp().request(
      `${ORIGIN}/c/${token}`,
      {},
      broken(new Error("a bug")),
      createExecutionContext(),
    );

    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain(token);
    expect(lines.join("\n")).toContain("a bug");
    expect(lines.join("\n")).not.toContain(token.slice(0, 30));
  });
});

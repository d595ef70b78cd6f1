import { beforeAll, describe, expect, test } from "vitest";
import { createTestMerchant, type Json, type TestMerchant } from "../../support/workerd/merchant.ts";
import { createWorld, text, type World } from "./routes.ts";

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await createTestMerchant();
});

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** Every balance of the café's programme at nothing. */
const EMPTY_WALLET = {
  balances: [
    { unit: "points", kind: "points", name: "punten", available: 0, pending: 0, held: 0, expiring: [] },
    {
      unit: "stamps:stc_coffee",
      kind: "stamps",
      name: "koffiekaart",
      available: 0,
      pending: 0,
      held: 0,
      expiring: [],
      of: 10,
    },
    {
      unit: "stamps:stc_visit",
      kind: "stamps",
      name: "bezoekkaart",
      available: 0,
      pending: 0,
      held: 0,
      expiring: [],
      of: 3,
    },
  ],
  tier: null,
  challenges: [],
};

describe("POST /v1/members", () => {
  test("answers the whole member, and every later read agrees", async () => {
    const { till } = merchant;
    const made = await till.call("POST", "/v1/members", {
      body: {
        name: "Anna de Vries",
        email: "Anna@Example.com",
        phone: "06 12345678",
        birthday: "02-29",
        locale: "en",
        external_id: "17850",
        card: "0001-0000 0011-2345".replace(" ", "-"),
        consents: [{ purpose: "marketing_email", granted: true, text: "v3", at: "2026-03-14T09:26:53+01:00" }],
        metadata: { shift: "morning", empty: "" },
      },
    });

    expect(made).toMatchObject({ status: 201 });
    const { member, cards } = made.body;
    expect(made.body).toEqual({
      member: {
        object: "member",
        id: expect.stringMatching(/^mem_m[0-9a-z]{23}$/),
        created_at: TIME,
        name: "Anna de Vries",
        email: "anna@example.com",
        phone: "+31612345678",
        birthday: "02-29",
        locale: "en",
        external_id: "17850",
        consents: [{ purpose: "marketing_email", granted: true, at: "2026-03-14T08:26:53.000Z" }],
        metadata: { shift: "morning", empty: "" },
      },
      cards: [
        {
          object: "card",
          id: expect.stringMatching(/^crd_m/),
          created_at: TIME,
          kind: "digital",
          state: "active",
          number: null,
          token: expect.stringMatching(/^1\.c2\./),
          metadata: {},
        },
        {
          object: "card",
          id: expect.stringMatching(/^crd_m/),
          created_at: TIME,
          kind: "plastic",
          state: "active",
          number: "0001000000112345",
          token: null,
          metadata: {},
        },
      ],
      card_token: cards?.[0]?.["token"],
      card_url: `http://stempel.test/c/${text(cards?.[0]?.["token"])}`,
      issued_rewards: [],
      wallet: EMPTY_WALLET,
      rewards: expect.any(Array),
    });
    const read = await till.must("GET", `/v1/members/${text(member?.["id"])}`);
    expect(read).toEqual(made.body);
    for (const way of [
      { phone: "0612345678" },
      { email: "ANNA@example.com" },
      { external_id: "17850" },
      { card: "0001 0000 0011 2345" },
      { card: text(cards?.[0]?.["token"]) },
      { id: text(member?.["id"]) },
    ]) {
      expect(await till.must("POST", "/v1/members/identify", { member: way })).toEqual(made.body);
    }
    expect((await till.must("GET", "/v1/members?limit=1"))["data"]?.[0]).toEqual(member);
  });

  test("everything is optional: a card can be given out at once", async () => {
    const made = await merchant.till.must("POST", "/v1/members", {});

    expect(made["member"]).toMatchObject({ name: null, email: null, phone: null, consents: [], metadata: {} });
    expect(made["rewards"]).toHaveLength(5);
  });

  test.each([
    ["phone", { phone: "+31 6 87654321" }, { phone: "0031687654321" }],
    ["email", { email: "bram@example.com" }, { email: "BRAM@example.com" }],
    ["external_id", { external_id: "B-1" }, { external_id: "B-1" }],
    ["card", { card: "ABCD1234" }, { card: "abcd-1234" }],
  ])("a taken %s is refused, and leaves nobody behind", async (_what, first, second) => {
    const { till } = merchant;
    await till.must("POST", "/v1/members", first);
    const before = await till.must("GET", "/v1/members?limit=100");
    const refused = await till.call("POST", "/v1/members", { body: { name: "Second", ...second } });

    expect(refused.body).toMatchObject({ status: 409, code: "identifier_taken" });
    expect(await till.must("GET", "/v1/members?limit=100")).toEqual(before);
  });

  test("the same external id in other letters is another", async () => {
    await merchant.till.must("POST", "/v1/members", { external_id: "x-9" });

    expect(await merchant.till.call("POST", "/v1/members", { body: { external_id: "X-9" } })).toMatchObject({
      status: 201,
    });
  });

  test("the latest consent per purpose counts", async () => {
    const made = await merchant.till.must("POST", "/v1/members", {
      consents: [
        { purpose: "profiling", granted: true, text: "a" },
        { purpose: "profiling", granted: false, text: "b" },
        { purpose: "marketing_sms", granted: true, text: "c" },
      ],
    });

    expect(made["member"]?.["consents"]).toMatchObject([
      { purpose: "profiling", granted: false },
      { purpose: "marketing_sms", granted: true },
    ]);
  });

  test("a national number is read with the country of the till's location", async () => {
    const belgian = await merchant.abroad("BE", "Europe/Brussels");
    const made = await belgian.must("POST", "/v1/members", { phone: "0470 12 34 56" });

    expect(made["member"]?.["phone"]).toBe("+32470123456");
    const found = await belgian.must("POST", "/v1/members/identify", { member: { phone: "0470123456" } });
    expect(found["member"]).toEqual(made["member"]);
    const abroad = { body: { member: { phone: "+32 470 12 34 56" } } };
    expect(await merchant.till.call("POST", "/v1/members/identify", abroad)).toMatchObject({ status: 200 });
    const national = await merchant.till.call("POST", "/v1/members/identify", {
      body: { member: { phone: "0470123456" } },
    });
    expect(national.body).toMatchObject({ status: 404, code: "member_unknown", detail: expect.stringContaining("NL") });
  });
});

describe("GET /v1/members", () => {
  test("pages by cursor in both orders, and stays stable under inserts", async () => {
    const { till } = await createTestMerchant();
    const made: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) {
      made.push(text((await till.must("POST", "/v1/members", { name }))["member"]?.["id"]));
    }
    const first = await till.must("GET", "/v1/members?limit=2");
    await till.must("POST", "/v1/members", { name: "late" });
    const second = await till.must("GET", `/v1/members?limit=2&cursor=${text(first["next_cursor"])}`);
    const third = await till.must("GET", `/v1/members?limit=2&cursor=${text(second["next_cursor"])}`);

    expect([first, second, third].map(namesOf)).toEqual([["e", "d"], ["c", "b"], ["a"]]);
    expect(third["next_cursor"]).toBeNull();
    const forward = await till.must("GET", "/v1/members?limit=5&order=asc");
    expect(namesOf(forward)).toEqual(["a", "b", "c", "d", "e"]);
    const rest = await till.must("GET", `/v1/members?limit=5&order=asc&cursor=${text(forward["next_cursor"])}`);
    expect(namesOf(rest)).toEqual(["late"]);
    await till.call("DELETE", `/v1/members/${made[2] ?? ""}`);
    expect(namesOf(await till.must("GET", "/v1/members?limit=100"))).toEqual(["late", "e", "d", "b", "a"]);
  });

  test("filters by one field, read as the till's people type it", async () => {
    const world = await createWorld();
    const { till, phone, email, external_id, member } = world;
    await till.must("POST", "/v1/members", {});
    const queries = [
      `phone=${encodeURIComponent(phone)}`,
      `phone=0${phone.slice(3)}`,
      `email=${encodeURIComponent(email.toUpperCase())}`,
      `external_id=${external_id}`,
    ];
    for (const query of queries) {
      const found = await till.must("GET", `/v1/members?${query}`);
      expect(found["data"]).toMatchObject([{ id: member }]);
      expect(found["next_cursor"]).toBeNull();
    }
    expect(await till.must("GET", "/v1/members?phone=%2B31600000001")).toEqual({ data: [], next_cursor: null });
    expect((await till.call("GET", "/v1/members?phone=nonsense")).body).toMatchObject({
      code: "validation_failed",
      errors: [{ path: "phone" }],
    });
    expect((await till.call("GET", "/v1/members?phone=0612345678&email=a@b.nl")).body).toMatchObject({ status: 422 });
  });
});

function namesOf(page: Json): unknown[] {
  const data: unknown = page["data"];
  return Array.isArray(data) ? data.map((member: Json) => member["name"]) : [];
}

describe("PATCH /v1/members/{id}", () => {
  test("changes what is given, clears with null, leaves the rest", async () => {
    const { till } = merchant;
    const made = await till.must("POST", "/v1/members", {
      name: "Dirk",
      email: "dirk@example.com",
      phone: "0611111111",
      birthday: "12-31",
      locale: "nl",
      external_id: "D-1",
      metadata: { keep: "1", drop: "2", change: "3" },
    });
    const path = `/v1/members/${text(made["member"]?.["id"])}`;
    const patched = await till.must("PATCH", path, {
      name: "Dirk Jansen",
      birthday: null,
      email: null,
      metadata: { drop: null, change: "4", added: "5" },
      consents: [{ purpose: "profiling", granted: true, text: "v1" }],
    });

    expect(patched).toEqual({
      ...made["member"],
      name: "Dirk Jansen",
      birthday: null,
      email: null,
      consents: [{ purpose: "profiling", granted: true, at: TIME }],
      metadata: { keep: "1", change: "4", added: "5" },
    });
    expect((await till.must("GET", path))["member"]).toEqual(patched);
    const gone = { body: { member: { email: "dirk@example.com" } } };
    expect((await till.call("POST", "/v1/members/identify", gone)).body).toMatchObject({ code: "member_unknown" });
    const cleared = await till.must("PATCH", path, { name: null, phone: null, locale: null, external_id: null });
    expect(cleared).toMatchObject({ name: null, phone: null, locale: null, external_id: null });
  });

  test("its own number and address are no conflict; another's are, and change nothing", async () => {
    const { till, member, phone, email } = await createWorld();
    const path = `/v1/members/${member}`;
    await till.must("POST", "/v1/members", { phone: "0622222222" });
    const before = (await till.must("GET", path))["member"];
    const refused = await till.call("PATCH", path, { body: { name: "Never", phone: "0622222222" } });

    expect(refused.body).toMatchObject({ status: 409, code: "identifier_taken" });
    expect((await till.must("GET", path))["member"]).toEqual(before);
    expect(await till.must("PATCH", path, { phone, email })).toEqual(before);
  });

  test("metadata may grow to twenty pairs over several changes, and no further", async () => {
    const { till, member } = await createWorld();
    const path = `/v1/members/${member}`;
    const pairs = (from: number) => Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`k${from + at}`, "v"]));
    await till.must("PATCH", path, { metadata: pairs(0) });
    const refused = await till.call("PATCH", path, { body: { metadata: pairs(11) } });

    expect(refused.body).toMatchObject({ status: 422, code: "validation_failed", errors: [{ path: "metadata" }] });
    const read = await till.must("GET", path);
    expect(Object.keys(read["member"]?.["metadata"] ?? {})).toHaveLength(11);
  });
});

describe("POST /v1/members/identify", () => {
  test("tells what the member can have now, and how far the next is", async () => {
    const { till } = merchant;
    const made = await till.must("POST", "/v1/members", {});
    const id = text(made["member"]?.["id"]);
    await till.must("POST", "/v1/adjustments", { member: { id }, unit: "points", delta: 60, reason: "test" });
    const found = await till.must("POST", "/v1/members/identify", { member: { id } });

    expect(found["wallet"]?.["balances"]?.[0]).toMatchObject({ unit: "points", available: 60 });
    expect(found["rewards"]).toMatchObject([
      { id: "rew_ten_percent", available: true, missing: 0, cost: { unit: "points", amount: 50 } },
      { id: "rew_two_euro", available: true, missing: 0 },
      { id: "rew_mug", available: false, missing: 40 },
      { id: "rew_free_coffee", available: false, missing: 10 },
      { id: "rew_cookie", available: false, missing: 3 },
    ]);
  });

  test.each([
    ["en", "points"],
    ["nl-BE", "punten"],
    ["de, en;q=0.8, nl;q=0.9", "punten"],
    ["nl;q=0.2, en-GB;q=0.7", "points"],
    ["nl;q=0, fr", "punten"],
    ["xx", "punten"],
    ["*", "punten"],
    [";;,,q=,".repeat(2_000), "punten"],
  ])("speaks the reader's language: %.30s", async (accept, name) => {
    const { till, member } = world;
    const answer = await till.call("POST", "/v1/members/identify", {
      body: { member: { id: member } },
      headers: { "accept-language": accept },
    });

    expect(answer.body["wallet"]?.["balances"]?.[0]?.["name"]).toBe(name);
  });

  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
});

describe("DELETE /v1/members/{id}", () => {
  test("after it the member is gone everywhere, for good", async () => {
    const world = await createWorld();
    const { till, member, sale, redemption, token, phone, plastic, card } = world;
    const answer = await till.call("DELETE", `/v1/members/${member}`);
    const gone = [
      await till.call("GET", `/v1/members/${member}`),
      await till.call("PATCH", `/v1/members/${member}`, { body: { name: "Back" } }),
      await till.call("DELETE", `/v1/members/${member}`),
      await till.call("GET", `/v1/members/${member}/entries`),
      await till.call("POST", `/v1/members/${member}/cards`, { body: { kind: "digital" } }),
      await till.call("POST", `/v1/members/${member}/cards`, { body: { number: "99998888" } }),
      await till.call("POST", "/v1/members/identify", { body: { member: { id: member } } }),
      await till.call("POST", "/v1/members/identify", { body: { member: { card: token } } }),
      await till.call("POST", "/v1/cards/block", { body: { card: token, reason: "lost" } }),
      await till.call("POST", "/v1/cards/block", { body: { card, reason: "lost" } }),
      await till.call("POST", "/v1/sales", {
        body: { receipt: "x", member: { id: member }, total: { amount: 100, currency: "EUR" } },
      }),
      await till.call("POST", "/v1/sales/preview", {
        body: { receipt: "x", member: { card: token }, total: { amount: 100, currency: "EUR" } },
      }),
      await till.call("GET", `/v1/sales/${sale}`),
      await till.call("POST", "/v1/returns", { body: { return_id: "r", sale: { id: sale } } }),
      await till.call("POST", "/v1/redemptions", { body: { member: { id: member }, reward: "rew_mug" } }),
      await till.call("GET", `/v1/redemptions?member=${member}`),
      await till.call("GET", `/v1/redemptions/${redemption}`),
      await till.call("POST", `/v1/redemptions/${redemption}/capture`),
      await till.call("POST", "/v1/adjustments", {
        body: { member: { id: member }, unit: "points", delta: 1, reason: "x" },
      }),
    ];

    expect(answer).toMatchObject({ status: 204 });
    expect(gone.map(({ status, body }) => `${status} ${text(body["code"])}`)).toEqual(
      gone.map(() => "410 member_erased"),
    );
    // What led to the person by name leads nowhere: nobody remembers whose it was.
    for (const way of [{ phone }, { card: plastic }]) {
      expect(await till.call("POST", "/v1/members/identify", { body: { member: way } })).toMatchObject({ status: 404 });
    }
    const again = await till.must("POST", "/v1/members", { phone, card: plastic });
    expect(again["member"]?.["id"]).not.toBe(member);
  });

  test("a retry of a request from before is answered, without what was known of the person", async () => {
    const { till, member } = await createWorld();
    const idem = crypto.randomUUID();
    const body = {
      member: { id: member },
      unit: "points",
      delta: 9,
      reason: "Anna's birthday",
      metadata: { who: "Anna" },
    };
    const first = await till.call("POST", "/v1/adjustments", { idem, body });
    await till.call("DELETE", `/v1/members/${member}`);
    const again = await till.call("POST", "/v1/adjustments", { idem, body });

    expect(again).toMatchObject({ status: 201 });
    expect(again.body["adjustment"]).toEqual({ ...first.body["adjustment"], reason: null, metadata: {} });
    expect(JSON.stringify(again.body)).not.toContain("Anna");
  });
});

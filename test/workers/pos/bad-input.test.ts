import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { API_KEY_RANDOM_BYTES, createApiKey } from "../../../src/domain/tenancy/api-key.ts";
import { createLocator } from "../../../src/domain/tenancy/merchant.ts";
import { type ErrorCode, errorFacts } from "../../../src/contract/error-codes.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import { type ApiAnswer, callApi, type Json, sendApi, type TestTill } from "../../support/workerd/merchant.ts";
import { balances, createWorld, listOf, type RouteRow, routeName, ROUTES, text, type World } from "./routes.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";

// Everything a till can get wrong has a name. Whatever is sent, the answer is a problem that helps, and nothing is booked.

let world: World;
let before: unknown;

beforeAll(async () => {
  world = await createWorld({ claims: true });
  before = await everything();
});

/** All that a wrong request could have changed. */
async function everything(): Promise<unknown> {
  const { till, member } = world;
  return [
    await till.must("GET", `/v1/members/${member}`),
    await till.must("GET", `/v1/members/${member}/entries?limit=100`),
    await till.must("GET", `/v1/redemptions?member=${member}`),
    await till.must("GET", "/v1/members?limit=100"),
  ];
}

/** `422 validation_failed`, for an answer that is a whole problem; a description of what it lacks otherwise. */
function verdict({ status, headers, body }: ApiAnswer): string {
  const code: unknown = body["code"];
  const known = typeof code === "string" && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (known === undefined || typeof code !== "string") return `${status} without a code: ${JSON.stringify(body)}`;
  const lacks = [
    headers.get("content-type") === "application/problem+json" ? "" : "content type",
    body["status"] !== undefined && Number(body["status"]) === status ? "" : "status",
    text(body["title"]).length > 0 ? "" : "title",
    text(body["detail"]).length > 10 ? "" : "detail",
    /^req_[0-9a-z]{16}$/.test(text(body["request_id"])) ? "" : "request_id",
    text(body["request_id"]) === headers.get("x-request-id") ? "" : "x-request-id",
    text(body["type"]) === `/docs#${code}` ? "" : "type",
    typeof known.retryable === "boolean" && JSON.stringify(body["retryable"]) === String(known.retryable)
      ? ""
      : "retryable",
  ].filter((missing) => missing !== "");
  return lacks.length === 0 ? `${status} ${code}` : `${status} ${code} lacks ${lacks.join(", ")}`;
}

const CODES: Readonly<Record<string, { readonly retryable: boolean }>> = Object.fromEntries(
  (
    [
      "key_missing",
      "key_invalid",
      "scope_missing",
      "malformed_json",
      "unsupported_media_type",
      "body_too_large",
      "validation_failed",
      "idempotency_key_missing",
      "idempotency_key_invalid",
      "route_not_found",
      "method_not_allowed",
      "member_unknown",
      "card_unknown",
      "sale_unknown",
      "redemption_unknown",
      "line_unknown",
      "reward_unknown",
      "unit_unknown",
    ] satisfies ErrorCode[]
  ).map((code) => [code, errorFacts(code)]),
);

function pathsOf({ body }: ApiAnswer): string[] {
  const { errors } = body;
  return errors === undefined ? [] : listOf(errors).map(({ path }) => text(path));
}

/** Sends a text as it is. */
function raw(row: Pick<RouteRow, "method">, path: string, body: string, type = "application/json"): Promise<ApiAnswer> {
  return world.till.call(row.method, path, { body, headers: { "content-type": type } });
}

function rawBytes(
  method: string,
  path: string,
  body: BodyInit,
  headers: Readonly<Record<string, string>> = {},
): Request {
  return new Request(`http://stempel.test${path}`, {
    method,
    body,
    headers: [
      ["authorization", `Bearer ${world.till.key}`],
      ["idempotency-key", crypto.randomUUID()],
      ["content-type", "application/json"],
      ...Object.entries(headers),
    ],
  });
}

/** Through the Worker's own entry, as a body really arrives. */
async function throughTheEntry(request: Request): Promise<ApiAnswer> {
  const answer = await fetchWorker(request);
  const body: Json = JSON.parse(await answer.text());
  return { status: answer.status, headers: answer.headers, body };
}

const withBody = ROUTES.filter(({ method, path }) => {
  const acts = /\/(capture|cancel|renew)$/.test(path);
  return method !== "GET" && method !== "DELETE" && !acts;
}).map((row) => [routeName(row), row] as const);

/** A path that needs no preparation: what is wrong is found before the id is looked at. */
function pathOf(row: RouteRow): string {
  return row.path.replace(
    "{id}",
    row.path.includes("redemptions") ? world.redemption : row.path.includes("sales") ? world.sale : world.member,
  );
}

describe.each(withBody)("%s: a body that is none", (_name, row) => {
  const deep = 60_000;
  test.each([
    ["nothing", "", "400 malformed_json"],
    ["half an object", '{"receipt": "1"', "400 malformed_json"],
    ["a trailing comma", '{"a": 1,}', "400 malformed_json"],
    ["two objects", "{}{}", "400 malformed_json"],
    ["NaN", '{"total": NaN}', "400 malformed_json"],
    ["single quotes", "{'a': 1}", "400 malformed_json"],
    ["a raw control character", '{"a": "\u0001"}', "400 malformed_json"],
    ["a deep array that never ends", "[".repeat(deep), "400 malformed_json"],
    ["a deep array", `${"[".repeat(deep)}${"]".repeat(deep)}`, "422 validation_failed"],
    ["deep objects", `${'{"a":'.repeat(deep / 2)}1${"}".repeat(deep / 2)}`, "422 validation_failed"],
    ["an array", "[]", "422 validation_failed"],
    ["null", "null", "422 validation_failed"],
    ["a number", "12", "422 validation_failed"],
    ["a text", '"hello"', "422 validation_failed"],
    ["true", "true", "422 validation_failed"],
  ])("%s", async (_what, body, expected) => {
    expect(verdict(await raw(row, pathOf(row), body))).toBe(expected);
  });

  test("a wrong content type, charset or encoding", async () => {
    const path = pathOf(row);
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json-seq",
      "application/jsonx",
      "application/json; charset=iso-8859-1",
      "json",
      "*/*",
    ];
    const answers = await Promise.all(types.map((type) => raw(row, path, "{}", type)));
    const bytes = new Uint8Array([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]);
    const latin1 = await sendApi(rawBytes(row.method, path, bytes));

    expect(answers.map(verdict)).toEqual(types.map(() => "415 unsupported_media_type"));
    expect(verdict(latin1)).toBe("400 malformed_json");
  });

  test("too large, with a length and without", async () => {
    const path = pathOf(row);
    const limit = row.path === "/v1/sync" ? 1024 * 1024 : 256 * 1024;
    const large = JSON.stringify({ name: "x".repeat(limit) });
    const sized = rawBytes(row.method, path, large);
    const chunked = rawBytes(row.method, path, new Blob([large]).stream());
    const lying = rawBytes(row.method, path, large, { "content-length": "999999999" });
    const answers = [await throughTheEntry(sized), await throughTheEntry(chunked), await sendApi(lying)];

    expect(answers.map(verdict)).toEqual(answers.map(() => "413 body_too_large"));
  });

  test("a field that does not exist, at the top", async () => {
    const { path, body } = await prepared(row);
    const answers: ApiAnswer[] = [];
    for (const field of ["points", "merchant", "constructor", "toString", "__proto__"]) {
      const wrong = JSON.stringify(body).replace(
        /^\{/,
        `{"${field}": {"x": 1}${JSON.stringify(body) === "{}" ? "" : ","}`,
      );
      answers.push(await raw(row, path, wrong));
    }

    expect(answers.map(verdict)).toEqual(answers.map(() => "422 validation_failed"));
    expect(answers.map(({ body: { detail } }) => text(detail)).join()).toContain("merchant");
  });
});

/** The row's own request where it needs nothing to be made for it. */
async function prepared(row: RouteRow): Promise<{ path: string; body: object }> {
  const bodies: Readonly<Record<string, object>> = {
    "POST /v1/cards/block": { card: world.card, reason: "lost" },
    "POST /v1/members/{id}/merge": { from: { id: world.member }, token: "0".repeat(26) },
    "POST /v1/members/{id}/merge/preview": { from: { id: world.member } },
    "POST /v1/members/{id}/transfer": { to: { id: world.member }, amount: 3 },
    "POST /v1/paper-cards": { member: { id: world.member }, stamp_card: "stc_coffee", stamps: 4, reason: "handed in" },
    "POST /v1/returns": { return_id: "never", sale: { id: world.sale } },
  };
  const own = bodies[routeName(row)];
  if (own !== undefined) return { path: pathOf(row), body: own };
  if (row.path === "/v1/claims") return { path: row.path, body: { token: world.token, member: { id: world.member } } };
  const { path, body } = await row.request(world);
  return { path, body: typeof body === "object" && body !== null ? body : {} };
}

describe("credentials", () => {
  const get = (authorization: string) => callApi("GET", "/v1/program", { headers: { authorization } });

  test("missing, malformed, mistyped, of nobody", async () => {
    const { key } = world.till;
    const { idMac } = readSecrets(env);
    const random = () => crypto.getRandomValues(new Uint8Array(API_KEY_RANDOM_BYTES));
    const nobody = createLocator("eu", crypto.getRandomValues(new Uint8Array(4)), idMac);
    const turned = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === "a" ? "b" : "a"}${text.slice(at + 1)}`;

    expect(verdict(await callApi("GET", "/v1/program"))).toBe("401 key_missing");
    for (const missing of ["", "Bearer", "Bearer ", `Basic ${key}`, key, `bearer:${key}`]) {
      expect(verdict(await get(missing))).toBe("401 key_missing");
    }
    for (const wrong of [
      "x",
      "stk_live_",
      key.slice(0, -1),
      `${key}x`,
      `${key} ${key}`,
      key.toUpperCase(),
      key.replace("stk_test", "stk_prod"),
      key.replace("stk_test", "stk_live"),
      ...[9, 12, 16, 17, 30, 46, 47, 52].map((at) => turned(key, at)),
      createApiKey({ mode: "test", merchant: world.locator }, random()),
      createApiKey({ mode: "test", merchant: nobody }, random()),
      createApiKey({ mode: "live", merchant: nobody }, random()),
      createApiKey({ mode: "test", merchant: turned(world.locator, 7) }, random()),
      createApiKey({ mode: "test", merchant: turned(world.locator, 0) }, random()),
      "stk_test_".padEnd(20_000, "x"),
      "../../etc/passwd",
      "' OR 1=1 --",
    ]) {
      const answer = await get(`Bearer ${wrong}`);
      expect(verdict(answer)).toBe("401 key_invalid");
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
    expect(await get(`bearer  ${key}`)).toMatchObject({ status: 200 });
  });

  test("revoked and expired", async () => {
    const revoked = await world.newKey();
    await world.revoke(revoked.keyId);
    const expires_at_ms = Date.now() + 60_000;
    const expiring = await world.newKey({ expires_at_ms });
    const early = await expiring.call("GET", "/v1/program");
    vi.spyOn(Date, "now").mockReturnValue(expires_at_ms);

    expect(early).toMatchObject({ status: 200 });
    expect(verdict(await revoked.call("GET", "/v1/program"))).toBe("401 key_invalid");
    expect(verdict(await expiring.call("GET", "/v1/program"))).toBe("401 key_invalid");
    vi.restoreAllMocks();
  });

  test("a scope that is missing is named", async () => {
    const reader = await world.newKey({ scopes: ["read"] });
    const { status, body } = await reader.call("POST", "/v1/adjustments", {
      body: { member: { id: world.member }, unit: "points", delta: 1, reason: "x" },
    });

    expect({ status, body }).toMatchObject({ status: 403, body: { code: "scope_missing" } });
    expect(text(body["detail"])).toMatch(/read.*adjust/);
  });
});

describe("paths and methods", () => {
  const allowed = Map.groupBy(ROUTES, ({ path }) => path);

  test("another method than the path has is 405, with those it has", async () => {
    for (const [path, rows] of allowed) {
      const has = rows.map(({ method }): string => method);
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((one) => !has.includes(one))) {
        const literal = path.replace("{id}", world.member);
        const answer = await world.till.call(method, literal);
        expect(`${method} ${path} ${verdict(answer)}`).toBe(`${method} ${path} 405 method_not_allowed`);
        expect((answer.headers.get("allow") ?? "").split(", ").sort()).toEqual(has.sort());
      }
    }
  });

  test("HEAD is GET without a body", async () => {
    const answer = await world.till.call("HEAD", "/v1/program");

    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: {} });
  });

  test.each([
    "/v1",
    "/v1/",
    "/v1/nothing",
    "/v1/members/",
    "/v1/members//entries",
    "/v1/members/x/entries/y",
    "/v1/Members",
    "/v2/members",
    "/v1/../health/x",
    "/v1/members%2Fx",
    `/v1/${"x".repeat(8_000)}`,
    "/v1/%00",
    "/v1/%E0%A4%A",
  ])("nothing is at %.40s", async (path) => {
    expect(verdict(await world.till.call("GET", path))).toBe("404 route_not_found");
  });

  test("a path below /v1 tells nothing to somebody without a key", async () => {
    for (const path of ["/v1/nothing", "/v1/members", "/v1/members/x"]) {
      expect(verdict(await callApi("PUT", path))).toBe("401 key_missing");
    }
  });
});

describe("ids and tokens", () => {
  const flipped = (id: string): string[] =>
    [4, 5, 12, id.length - 9, id.length - 8, id.length - 4, id.length - 1].map((at) => {
      const other = id[at] === "0" ? "1" : "0";
      return `${id.slice(0, at)}${other}${id.slice(at + 1)}`;
    });
  const shapes = ["", "x", "mem_", "null", "undefined", "0", "-1", "__proto__", "é", "%00", "' OR 1=1", "x".repeat(64)];

  test("an id with any character changed, of another kind, or of no kind is unknown", async () => {
    const { till, member, sale, redemption, card } = world;
    const reads: [string, (id: string) => string, string, string[]][] = [
      ["member", (id) => `/v1/members/${id}`, "member_unknown", [sale, redemption, card]],
      ["member", (id) => `/v1/members/${id}/entries`, "member_unknown", [sale, redemption, card]],
      ["member", (id) => `/v1/redemptions?member=${id}`, "member_unknown", [sale, redemption, card]],
      ["sale", (id) => `/v1/sales/${id}`, "sale_unknown", [member, redemption, card]],
      ["redemption", (id) => `/v1/redemptions/${id}`, "redemption_unknown", [member, sale, card]],
    ];
    const real = { member, sale, redemption };
    for (const [kind, path, code, others] of reads) {
      const id = kind === "sale" ? real.sale : kind === "redemption" ? real.redemption : real.member;
      const [prefix, rest] = [id.slice(0, 4), id.slice(4)];
      const wrong = [...flipped(id), ...others, ...others.map((other) => `${prefix}${other.slice(4)}`)];
      for (const forged of [
        ...wrong,
        rest,
        `${id}0`,
        id.slice(0, -1),
        id.toUpperCase(),
        `${id}/`.slice(0, -1).repeat(2),
        ...shapes.slice(1),
      ]) {
        const answer = await till.call("GET", path(encodeURIComponent(forged)));
        expect(`${kind} ${forged} ${verdict(answer)}`).toBe(`${kind} ${forged} 404 ${code}`);
      }
    }
  });

  test("a forged token, card id or card number is an unknown card", async () => {
    const { till, token, card, locator } = world;
    const parts = token.split(".");
    const swapped = (at: number, value: string) => parts.map((part, index) => (index === at ? value : part)).join(".");
    const tokens = [
      ...flipped(token).filter((forged) => forged.startsWith("1.")),
      swapped(0, "2"),
      swapped(1, "c1"),
      swapped(1, "c9"),
      swapped(1, "__proto__"),
      swapped(2, locator === "eaaaaaaa" ? "ebbbbbbb" : "eaaaaaaa"),
      swapped(4, "2"),
      swapped(4, "01"),
      swapped(4, "zzzzzzzzzzz"),
      swapped(5, ""),
      parts.slice(0, 5).join("."),
      `${token}.1`,
      token.toUpperCase(),
    ];
    const never = ["0001000099999999", "4111111111111111", "ABCD"];
    for (const forged of [...tokens, ...never]) {
      const sale = { receipt: "forged", member: { card: forged }, total: { amount: 100, currency: "EUR" } };
      const answers = [
        await till.call("POST", "/v1/sales", { body: sale }),
        await till.call("POST", "/v1/members/identify", { body: { member: { card: forged } } }),
        await till.call("POST", "/v1/cards/block", { body: { card: forged, reason: "lost" } }),
      ];
      expect(`${forged} ${answers.map(verdict).join()}`).toBe(
        `${forged} 404 card_unknown,404 card_unknown,404 card_unknown`,
      );
    }
    for (const forged of flipped(card)) {
      expect(verdict(await till.call("POST", "/v1/cards/block", { body: { card: forged, reason: "lost" } }))).toBe(
        "404 card_unknown",
      );
    }
  });

  test("unknown things named in a body", async () => {
    const { till, member, sale, redemption } = world;
    const total = { amount: 100, currency: "EUR" };
    const named = { receipt: "unknown", member: { id: member }, total };
    const exchange = (line: object) => ({
      ...named,
      total: { amount: 0, currency: "EUR" },
      lines: [
        { quantity: "1", amount: -100, returns: line },
        { quantity: "1", amount: 100 },
      ],
    });
    const table: [string, object, string][] = [
      ["/v1/sales", { ...named, redemptions: [redemption.replace(/.$/, "!")] }, "404 redemption_unknown"],
      ["/v1/sales", { ...named, redemptions: [sale] }, "404 redemption_unknown"],
      ["/v1/sales", exchange({ sale: member, line: "a" }), "404 sale_unknown"],
      ["/v1/sales", exchange({ sale, line: "zz" }), "422 line_unknown"],
      ["/v1/returns", { return_id: "x", sale: { id: redemption } }, "404 sale_unknown"],
      ["/v1/returns", { return_id: "x", sale: { id: sale }, lines: [{ id: "zz" }] }, "422 line_unknown"],
      ["/v1/redemptions", { member: { id: member }, reward: "__proto__" }, "422 reward_unknown"],
      ["/v1/redemptions", { member: { id: member }, reward: "constructor" }, "422 reward_unknown"],
      ["/v1/adjustments", { member: { id: member }, unit: "stamps:stc_x", delta: 1, reason: "x" }, "422 unit_unknown"],
    ];
    for (const [path, body, expected] of table) {
      expect(`${JSON.stringify(body)} ${verdict(await till.call("POST", path, { body }))}`).toBe(
        `${JSON.stringify(body)} ${expected}`,
      );
    }
    for (const nobody of [
      { phone: "+31600000000" },
      { phone: "112" },
      { phone: "not a number" },
      { phone: "9".repeat(40) },
      { email: "nobody@example.com" },
      { email: "@@@" },
      { external_id: "\u0000" },
      { external_id: "__proto__" },
      { id: "mem_x" },
    ]) {
      expect(verdict(await till.call("POST", "/v1/sales", { body: { ...named, member: nobody } }))).toBe(
        "404 member_unknown",
      );
    }
  });
});

const sale = (changes: object) => ({
  receipt: "bad",
  member: { id: world.member },
  total: { amount: 100, currency: "EUR" },
  ...changes,
});
const line = (changes: object) => sale({ lines: [{ quantity: "1", amount: 100, ...changes }] });
const back = (changes: object) => ({ return_id: "bad", sale: { id: world.sale }, ...changes });
const adjustment = (changes: object) => ({
  member: { id: world.member },
  unit: "points",
  delta: 1,
  reason: "x",
  ...changes,
});
const redemption = (changes: object) => ({ member: { id: world.member }, reward: "rew_mug", ...changes });

describe("fields", () => {
  const notAmounts = [1.5, 1e10, -1e10, "100", "", null, true, [], {}, Number.MAX_SAFE_INTEGER, 0.1 + 0.2];
  const notQuantities = [
    "0",
    "0.000",
    "-1",
    "+1",
    "1,5",
    "1e3",
    "1.0000",
    "",
    ".5",
    "1.",
    "1234567",
    " 1",
    "1 ",
    "0x1",
    "\u0663",
    "NaN",
    "Infinity",
    1,
    0.5,
    null,
  ];
  const notTexts = ["", "a\u0000b", "tab\there", "line\nbreak", "\u007f", "x".repeat(501), 5, null, [], {}];
  const notTimes = [
    "",
    "now",
    "2026-03-14",
    "2026-03-14T09:26:53",
    "2026-02-30T00:00:00Z",
    "2026-03-14T25:00:00Z",
    "2026-03-14T09:26:53+25:00",
    "20260314T092653Z",
    "+012026-03-14T00:00:00Z",
    1_770_000_000,
    null,
  ];
  const notDates = ["", "14-03-2026", "2026-3-14", "2026-02-29", "2026-13-01", "2026-03-14T00:00:00Z", 20260314, null];
  const notMembers = [
    {},
    null,
    [],
    "mem_x",
    { id: 5 },
    { id: null },
    { phone: "1", email: "a@b.nl" },
    { nobody: "x" },
    { card: "" },
    { phone: "x".repeat(41) },
    { email: "x".repeat(255) },
    { external_id: "" },
  ];
  const notMetadata = [
    null,
    [],
    "x",
    { a: 1 },
    { a: null },
    { a: {} },
    { "": "x" },
    { ["k".repeat(41)]: "x" },
    { a: "x".repeat(501) },
    Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, "v"])),
  ];
  const notStaff = ["", "Anna de Vries", "x".repeat(65), "é", 5, null];
  const notCurrencies = ["eur", "EURO", "", "€", null, 978];

  interface Case {
    readonly path: string;
    readonly at: string;
    readonly body: (value: unknown) => object;
    readonly values: readonly unknown[];
  }
  const cases: readonly Case[] = [
    { path: "/v1/sales", at: "receipt", body: (receipt) => sale({ receipt }), values: notTexts },
    { path: "/v1/sales", at: "register", body: (register) => sale({ register }), values: notTexts },
    { path: "/v1/sales", at: "business_date", body: (business_date) => sale({ business_date }), values: notDates },
    { path: "/v1/sales", at: "occurred_at", body: (occurred_at) => sale({ occurred_at }), values: notTimes },
    { path: "/v1/sales", at: "member", body: (member) => sale({ member }), values: notMembers },
    { path: "/v1/sales", at: "total", body: (total) => sale({ total }), values: [null, 100, "1.00", [], {}] },
    {
      path: "/v1/sales",
      at: "total.amount",
      body: (amount) => sale({ total: { amount, currency: "EUR" } }),
      values: [...notAmounts, -1],
    },
    {
      path: "/v1/sales",
      at: "total.currency",
      body: (currency) => sale({ total: { amount: 1, currency } }),
      values: notCurrencies,
    },
    { path: "/v1/sales", at: "lines", body: (lines) => sale({ lines }), values: [null, {}, "x", 5] },
    { path: "/v1/sales", at: "lines.0.quantity", body: (quantity) => line({ quantity }), values: notQuantities },
    { path: "/v1/sales", at: "lines.0.amount", body: (amount) => line({ amount }), values: [...notAmounts, -1] },
    {
      path: "/v1/sales",
      at: "lines.0.unit_price",
      body: (unit_price) => line({ unit_price }),
      values: [...notAmounts, -1],
    },
    {
      path: "/v1/sales",
      at: "lines.0.tax_rate",
      body: (tax_rate) => line({ tax_rate }),
      values: [9, "9%", "-1", "100", "9.0000", ""],
    },
    {
      path: "/v1/sales",
      at: "lines.0.kind",
      body: (kind) => line({ kind }),
      values: ["unallocated", "exchange", "ITEM", "", null, 5],
    },
    { path: "/v1/sales", at: "lines.0.id", body: (id) => line({ id }), values: notTexts },
    { path: "/v1/sales", at: "lines.0.sku", body: (sku) => line({ sku }), values: notTexts },
    { path: "/v1/sales", at: "lines.0.category", body: (category) => line({ category }), values: notTexts },
    { path: "/v1/sales", at: "lines.0.name", body: (name) => line({ name }), values: notTexts },
    {
      path: "/v1/sales",
      at: "lines.0",
      body: (value) => line({ [`f${JSON.stringify(value)}`]: value }),
      values: [1, "price"],
    },
    {
      path: "/v1/sales",
      at: "lines.0.returns",
      body: (returns) => line({ amount: -100, returns }),
      values: [null, "x", { sale: world_(), line: "a", extra: 1 }],
    },
    {
      path: "/v1/sales",
      at: "tender",
      body: (tender) => sale({ tender }),
      values: [null, {}, Array.from({ length: 21 }, () => ({ kind: "cash", amount: 1 }))],
    },
    {
      path: "/v1/sales",
      at: "tender.0.amount",
      body: (amount) => sale({ tender: [{ kind: "cash", amount }] }),
      values: notAmounts,
    },
    {
      path: "/v1/sales",
      at: "redemptions",
      body: (redemptions) => sale({ redemptions }),
      values: [null, "x", {}, Array.from({ length: 21 }, () => "red_x")],
    },
    { path: "/v1/sales", at: "staff", body: (staff) => sale({ staff }), values: notStaff },
    { path: "/v1/sales", at: "metadata", body: (metadata) => sale({ metadata }), values: notMetadata },
    { path: "/v1/returns", at: "return_id", body: (return_id) => back({ return_id }), values: notTexts },
    {
      path: "/v1/returns",
      at: "sale",
      body: (named) => back({ sale: named }),
      values: [null, {}, "sal_x", { id: 5 }, { receipt: "" }, { id: "x", receipt: "y" }, { id: "x", location: "y" }],
    },
    {
      path: "/v1/returns",
      at: "total.amount",
      body: (amount) => back({ total: { amount, currency: "EUR" } }),
      values: [...notAmounts, 0, -1],
    },
    { path: "/v1/returns", at: "lines", body: (lines) => back({ lines }), values: [null, [], {}, "all"] },
    {
      path: "/v1/returns",
      at: "lines.0",
      body: (value) => back({ lines: [value] }),
      values: [null, "a", {}, { id: "a", sku: "CAKE" }, { id: "a", kind: "item" }],
    },
    {
      path: "/v1/returns",
      at: "lines.0.quantity",
      body: (quantity) => back({ lines: [{ id: "a", quantity }] }),
      values: notQuantities,
    },
    {
      path: "/v1/returns",
      at: "lines.0.amount",
      body: (amount) => back({ lines: [{ id: "a", amount }] }),
      values: [...notAmounts, 0, -1],
    },
    {
      path: "/v1/returns",
      at: "total",
      body: (total) => back({ total, lines: [{ id: "a" }] }),
      values: [{ amount: 1, currency: "EUR" }],
    },
    { path: "/v1/returns", at: "metadata", body: (metadata) => back({ metadata }), values: notMetadata },
    {
      path: "/v1/redemptions",
      at: "member",
      body: (member) => redemption({ member }),
      values: [...notMembers, undefined],
    },
    {
      path: "/v1/redemptions",
      at: "reward",
      body: (reward) => redemption({ reward }),
      values: ["", 5, null, "x".repeat(65)],
    },
    { path: "/v1/redemptions", at: "", body: (unit) => redemption({ unit, amount: 5 }), values: ["points", undefined] },
    {
      path: "/v1/redemptions",
      at: "amount",
      body: (amount) => redemption({ reward: undefined, unit: "points", amount }),
      values: [...notAmounts, 0, -1],
    },
    {
      path: "/v1/redemptions",
      at: "unit",
      body: (unit) => redemption({ reward: undefined, unit, amount: 5 }),
      values: ["coins", "stamps", "stamps:", "POINTS", "", null],
    },
    {
      path: "/v1/redemptions",
      at: "sale_total.amount",
      body: (amount) => redemption({ sale_total: { amount, currency: "EUR" } }),
      values: [...notAmounts, -1],
    },
    { path: "/v1/adjustments", at: "delta", body: (delta) => adjustment({ delta }), values: [...notAmounts, 0, -0] },
    { path: "/v1/adjustments", at: "delta", body: (delta) => adjustment({ delta, kind: "opening" }), values: [-1] },
    {
      path: "/v1/adjustments",
      at: "reason",
      body: (reason) => adjustment({ reason }),
      values: [...notTexts, undefined],
    },
    { path: "/v1/adjustments", at: "kind", body: (kind) => adjustment({ kind }), values: ["gift", null] },
    {
      path: "/v1/adjustments",
      at: "unit",
      body: (unit) => adjustment({ unit }),
      values: ["coins", "", null, "stamps:STC", "stamps:stc_"],
    },
    { path: "/v1/members", at: "name", body: (name) => ({ name }), values: notTexts },
    {
      path: "/v1/members",
      at: "email",
      body: (email) => ({ email }),
      values: ["x", "a@b", "a b@c.nl", "@c.nl", "", 5, null, `${"x".repeat(250)}@a.nl`, "a@b..nl"],
    },
    {
      path: "/v1/members",
      at: "phone",
      body: (phone) => ({ phone }),
      values: ["12", "nonsense", "+1", "061234567890123", "", 612345678, null, "00000000"],
    },
    {
      path: "/v1/members",
      at: "birthday",
      body: (birthday) => ({ birthday }),
      values: ["1990-03-14", "02-30", "04-31", "13-01", "3-14", "", null],
    },
    { path: "/v1/members", at: "locale", body: (locale) => ({ locale }), values: ["de", "NL", "", null] },
    { path: "/v1/members", at: "external_id", body: (external_id) => ({ external_id }), values: notTexts },
    {
      path: "/v1/members",
      at: "card",
      body: (card) => ({ card }),
      values: ["123", "x".repeat(33), "12 34 56", "----", "é123", 1234, null],
    },
    {
      path: "/v1/members",
      at: "consents",
      body: (consents) => ({ consents }),
      values: [null, {}, Array.from({ length: 11 }, () => ({ purpose: "profiling", granted: true, text: "x" }))],
    },
    {
      path: "/v1/members",
      at: "consents.0.purpose",
      body: (purpose) => ({ consents: [{ purpose, granted: true, text: "x" }] }),
      values: ["everything", "", null],
    },
    {
      path: "/v1/members",
      at: "consents.0.granted",
      body: (granted) => ({ consents: [{ purpose: "profiling", granted, text: "x" }] }),
      values: ["true", 1, null, undefined],
    },
    {
      path: "/v1/members",
      at: "consents.0.at",
      body: (at) => ({ consents: [{ purpose: "profiling", granted: true, text: "x", at }] }),
      values: notTimes,
    },
    { path: "/v1/members", at: "metadata", body: (metadata) => ({ metadata }), values: notMetadata },
    { path: "/v1/members/identify", at: "member", body: (member) => ({ member }), values: [...notMembers, undefined] },
    {
      path: "/v1/cards/block",
      at: "reason",
      body: (reason) => ({ card: world.card, reason }),
      values: ["eaten", "", null, undefined],
    },
    {
      path: "/v1/cards/block",
      at: "card",
      body: (card) => ({ card, reason: "lost" }),
      values: ["", 5, null, "x".repeat(2001), undefined],
    },
  ];
  // The world is made after the table.
  function world_(): string {
    return "sal_x";
  }

  test.each(cases.map((item) => [`${item.path} ${item.at}`, item] as const))("%s", async (_name, item) => {
    for (const value of item.values) {
      const shown = JSON.stringify(value)?.slice(0, 60);
      const answer = await world.till.call("POST", item.path, { body: item.body(value) });
      expect(`${shown} ${verdict(answer)}`).toBe(`${shown} 422 validation_failed`);
      expect(
        pathsOf(answer).some((path) => path === item.at || path.startsWith(item.at === "" ? "" : `${item.at}.`)),
      ).toBe(true);
    }
  });

  test("PATCH with nothing, null where nothing can be, or what POST refuses", async () => {
    for (const patch of [
      {},
      { consents: null },
      { metadata: null },
      { email: "x" },
      { phone: "12" },
      { name: "" },
      { card: "1234" },
      { id: "x" },
    ]) {
      const answer = await world.till.call("PATCH", `/v1/members/${world.member}`, { body: patch });
      expect(`${JSON.stringify(patch)} ${verdict(answer)}`).toBe(`${JSON.stringify(patch)} 422 validation_failed`);
    }
  });

  test("numbers that JSON can write and a ledger cannot hold", async () => {
    for (const amount of [
      "1e400",
      "-1e400",
      "1e-400",
      "0.0000001",
      "9007199254740993",
      "123456789012345678901234567890",
      "1E3.5",
    ]) {
      const body = `{"receipt":"n","member":{"id":"${world.member}"},"total":{"amount":${amount},"currency":"EUR"},"lines":[{"quantity":"1","amount":1,"unit_price":${amount}}]}`;
      expect(verdict(await raw({ method: "POST" }, "/v1/sales/preview", body))).toMatch(
        /^(422 validation_failed|400 malformed_json|200 without a code)/,
      );
    }
  });

  test("duplicate line ids, and one line more than five hundred", async () => {
    const lines = (count: number) => Array.from({ length: count }, () => ({ quantity: "1", amount: 1 }));
    const twice = sale({
      lines: [
        { id: "a", quantity: "1", amount: 50 },
        { id: "a", quantity: "1", amount: 50 },
      ],
    });
    expect(pathsOf(await world.till.call("POST", "/v1/sales", { body: twice }))).toEqual(["lines"]);
    expect(verdict(await world.till.call("POST", "/v1/sales", { body: sale({ lines: lines(501) }) }))).toBe(
      "422 validation_failed",
    );
    const full = sale({ total: { amount: 500, currency: "EUR" }, lines: lines(500) });
    expect(await world.till.call("POST", "/v1/sales/preview", { body: full })).toMatchObject({ status: 200 });
  });

  test("several wrong fields are all named", async () => {
    const answer = await world.till.call("POST", "/v1/sales", {
      body: { receipt: "", total: { amount: 1.5, currency: "eur" }, lines: [{ amount: 1 }], nonsense: 1 },
    });

    expect(pathsOf(answer)).toEqual(
      expect.arrayContaining(["receipt", "total.amount", "total.currency", "lines.0.quantity"]),
    );
    expect(text(answer.body["detail"])).toMatch(/^\S+: .+\(and \d more\)$/);
  });
});

describe("lists", () => {
  test.each([
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=1.5",
    "limit=abc",
    "limit=",
    "limit=1e9",
    "limit=1&limit=2",
    "order=up",
    "order=",
    "cursor=",
    "cursor=!!",
    "cursor=zzzzzzzzzzzzzz",
    `cursor=${"x".repeat(501)}`,
    "cursor=a&cursor=b",
    "page=2",
    "offset=10",
    "__proto__=1",
  ])("?%.30s", async (query) => {
    const { till, member } = world;
    for (const path of ["/v1/members?", `/v1/members/${member}/entries?`, `/v1/redemptions?member=${member}&`]) {
      expect(`${path} ${verdict(await till.call("GET", `${path}${query}`))}`).toBe(`${path} 422 validation_failed`);
    }
  });

  test("a cursor of another list", async () => {
    const { till, member } = world;
    const page = async (path: string) => text((await till.must("GET", path))["next_cursor"]);
    await till.must("POST", "/v1/members/identify", { member: { id: member } });
    const entries = await page(`/v1/members/${member}/entries?limit=1`);

    for (const path of ["/v1/members?cursor=", `/v1/redemptions?member=${member}&cursor=`]) {
      expect(verdict(await till.call("GET", `${path}${entries}`))).toBe("422 validation_failed");
    }
  });
});

describe("headers that are too long", () => {
  test.each(["accept-language", "x-anything", "user-agent", "accept", "cookie"])("%s", async (name) => {
    const answer = await world.till.call("GET", "/v1/program", { headers: { [name]: "nl,".repeat(7_000) } });

    expect(answer).toMatchObject({ status: 200 });
  });

  test("the key of a request", async () => {
    const answer = await world.till.call("POST", "/v1/sales", { body: sale({}), idem: "k".repeat(20_000) });

    expect(verdict(answer)).toBe("400 idempotency_key_invalid");
  });
});

describe("texts that are odd but right", () => {
  const odd = [
    "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
    "e\u0301",
    "\u0645\u0631\u062d\u0628\u0627",
    "\u202eabc",
    "\ufeffx",
    "a\u00a0b",
    "\u{10ffff}",
    "<script>",
    "${x}",
    "%s%n",
    "\\u0000",
  ];

  test("are kept as they came, in names, metadata and lines", async () => {
    const shop = await createWorld();
    for (const value of odd) {
      const made = await shop.till.must("POST", "/v1/members", { name: value, metadata: { [value]: value } });
      expect(made["member"]).toMatchObject({ name: value, metadata: { [value]: value } });
      const sold = await shop.till.must("POST", "/v1/sales", {
        receipt: value,
        member: { id: shop.member },
        total: { amount: 100, currency: "EUR" },
        lines: [{ id: value, name: value, sku: value, category: value, quantity: "1", amount: 100 }],
        metadata: { [value]: value },
      });
      expect(sold["sale"]).toMatchObject({
        metadata: { [value]: value },
        lines: [{ id: value, name: value, sku: value }],
      });
      expect(await shop.till.must("GET", `/v1/sales/${text(sold["sale"]?.["id"])}`)).toEqual(sold["sale"]);
    }
  });

  test("names of the language's own are no danger in metadata", async () => {
    const shop = await createWorld();
    const body = `{"metadata":{"constructor":"a","toString":"b","hasOwnProperty":"c","__proto__":"d"}}`;
    const made = await shop.till.call("POST", "/v1/members", { body });
    const id = text(made.body["member"]?.["id"]);

    expect(made.body["member"]?.["metadata"]).toEqual({ constructor: "a", toString: "b", hasOwnProperty: "c" });
    expect((await shop.till.must("GET", `/v1/members/${id}`))["member"]).toEqual(made.body["member"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    const nested = await shop.till.call("POST", "/v1/members", {
      body: `{"metadata":{"__proto__":{"polluted":"yes"}}}`,
    });
    expect(nested.status).toBeLessThan(500);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("half a surrogate pair breaks nothing", async () => {
    const shop = await createWorld();
    const before_ = await balances(shop);
    for (const half of ["\\ud800", "\\udfff", "a\\ud83d"]) {
      const total = `"total":{"amount":100,"currency":"EUR"}`;
      const body = `{"receipt":"${half}","member":{"id":"${shop.member}"},${total},"lines":[{"id":"${half}","name":"${half}","quantity":"1","amount":100}],"metadata":{"k":"${half}"}}`;
      const sold = await shop.till.call("POST", "/v1/sales", { body });
      expect(sold.status).toBeLessThan(500);
      const named = await shop.till.call("POST", "/v1/members", { body: `{"name":"${half}","external_id":"${half}"}` });
      expect(named.status).toBeLessThan(500);
      const found = await shop.till.call("POST", "/v1/members/identify", {
        body: `{"member":{"external_id":"${half}"}}`,
      });
      expect(found.status).toBeLessThan(500);
    }
    expect(Number((await balances(shop))["points"])).toBeGreaterThanOrEqual(Number(before_["points"]));
  });
});

test("patterns take no time to refuse", async () => {
  const started = Date.now();
  const evil = [
    `a@${"a.".repeat(120_000)}@`,
    `${"a".repeat(120_000)}@`,
    `${"a.".repeat(60_000)}@b`,
    "+".repeat(200_000),
    "1".repeat(200_000),
  ];
  for (const value of evil) {
    for (const field of ["email", "phone", "card", "external_id", "id"]) {
      const answers: Pick<TestTill, "call"> = world.till;
      const answer = await answers.call("POST", "/v1/members/identify", { body: { member: { [field]: value } } });
      expect(answer.status).toBeLessThan(500);
    }
    expect((await world.till.call("POST", "/v1/members", { body: { email: value } })).status).toBe(422);
  }
  expect(Date.now() - started).toBeLessThan(4_000);
});

// Last in the file: by now everything above was sent.
test("nothing was booked, and nobody was made", async () => {
  expect(await everything()).toEqual(before);
});

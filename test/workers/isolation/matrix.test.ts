import { beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../../src/domain/tenancy/api-key.ts";
import { createPosApp } from "../../../src/workers/pos/v1/app.ts";
import { type ApiAnswer, callApi, type TestTill } from "../../support/workerd/merchant.ts";
import { createWorld, type RouteRequest, type RouteRow, routeName, ROUTES, type World } from "../pos/routes.ts";

// Every operation against every kind of caller. The list of operations comes from the application itself: one that is not
// in the table fails, so nobody adds a call without saying who may see what through it.

/** Asked without a key on purpose; test/workers/pairing has its own cases. */
const KEYLESS = ["POST /v1/pairings"];

/** What the application serves to callers with a key, as `METHOD /path/{id}`. */
function servedRoutes(app: ReturnType<typeof createPosApp>): string[] {
  const served = app.routes
    .filter(({ method, path }) => method !== "ALL" && !path.includes("*"))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  return [...new Set(served)].filter((route) => !KEYLESS.includes(route)).sort();
}

function missingRows(app: ReturnType<typeof createPosApp>): string[] {
  const known = new Set(ROUTES.map(routeName));
  return servedRoutes(app).filter((route) => !known.has(route));
}

test("every operation has a row, and every row is an operation", () => {
  const app = createPosApp();

  expect(missingRows(app)).toEqual([]);
  expect(ROUTES.map(routeName).sort()).toEqual(servedRoutes(app));
});

test("the reference describes the same operations", () => {
  const described = createPosApp()
    .openAPIRegistry.definitions.filter((definition) => definition.type === "route")
    .map(({ route }) => `${route.method.toUpperCase()} ${route.path}`);

  expect(described.sort()).toEqual([...ROUTES.map(routeName), ...KEYLESS].sort());
});

test("an operation without a row is noticed", () => {
  const app = createPosApp();
  app.get("/v1/members/:id/secrets", (c) => c.json({}));

  expect(missingRows(app)).toEqual(["GET /v1/members/{id}/secrets"]);
});

let own: World;
let other: World;
let live: TestTill;

beforeAll(async () => {
  [own, other] = await Promise.all([createWorld(), createWorld()]);
  live = await own.newKey({ mode: "live" });
});

/** An answer without what differs every time. */
function comparable({ status, body }: ApiAnswer): object {
  const { request_id: _id, ...rest } = body;
  return { status, ...rest };
}

/** The same request with every id in it changed into one that was never made. */
function forged(request: RouteRequest): RouteRequest {
  const turn = (text: string) =>
    text.replaceAll(
      /\b((?:(?:mem|crd|sal|ret|red|adj|iss|gft)_|1\.c\d\.[\w.]+\.)\w+)(\w)\b/g,
      (_all, head: string, last: string) => (last === "0" ? `${head}1` : `${head}0`),
    );
  const code = (text: string) =>
    text.replaceAll(
      /\b((?:[0-9A-Z]{5}-){3}[0-9A-Z]{4})([0-9A-Z])\b/g,
      (_all, head: string, last: string) => `${head}${last === "0" ? "1" : "0"}`,
    );
  const body: unknown = request.body === undefined ? undefined : JSON.parse(turn(JSON.stringify(request.body)));
  return { path: code(turn(request.path)), ...(body === undefined ? {} : { body }) };
}

function send(
  row: Pick<RouteRow, "method">,
  till: Pick<TestTill, "call">,
  { path, body }: RouteRequest,
): Promise<ApiAnswer> {
  return till.call(row.method, path, body === undefined ? {} : { body });
}

/** Status and code, with the body when it is not what was expected. */
function outcome({ status, body }: ApiAnswer): string {
  return body["code"] === undefined ? String(status) : `${status} ${JSON.stringify(body["code"])}`;
}

function problem(status: number, code: string): string {
  return `${status} ${JSON.stringify(code)}`;
}

/** What of one merchant's an answer to somebody else tells. */
function leaks({ body }: ApiAnswer, { member, phone, sale, location, till }: World): string[] {
  return [member, phone, sale, location, till.id].filter((secret) => JSON.stringify(body).includes(secret));
}

/** Rows whose request names something of the merchant's, and what an unknown one is answered. */
const naming = ROUTES.flatMap((row) => (row.unknown === null ? [] : [[routeName(row), row, row.unknown] as const]));
const others = ROUTES.flatMap((row) => (row.unknown === null ? [[routeName(row), row] as const] : []));
const all = ROUTES.map((row) => [routeName(row), row] as const);

describe.each(all)("%s", (_name, row) => {
  test("own: answers", async () => {
    expect(outcome(await send(row, own.till, await row.request(own)))).toBe(String(row.status));
  });

  test("no key, and a revoked one", async () => {
    const request = await row.request(own);
    const revoked = await own.newKey();
    await own.revoke(revoked.keyId);

    expect(outcome(await send(row, { call: callApi }, request))).toBe(problem(401, "key_missing"));
    expect(outcome(await send(row, revoked, request))).toBe(problem(401, "key_invalid"));
  });

  test("every scope but the right ones, and each right one alone", async () => {
    const wrong = SCOPES.filter((scope) => !row.scopes.includes(scope));
    const without = await own.newKey({ scopes: row.scopes.length === 0 ? ["backfill"] : wrong });
    const alone = await Promise.all(
      row.scopes.map(async (scope) => send(row, await own.newKey({ scopes: [scope] }), await row.request(own))),
    );

    expect(outcome(await send(row, without, await row.request(own)))).toBe(
      row.scopes.length === 0 ? String(row.status) : problem(403, "scope_missing"),
    );
    expect(alone.map(outcome)).toEqual(row.scopes.map(() => String(row.status)));
  });
});

describe.each(naming)("%s", (_name, row, unknown) => {
  test("another merchant's is as unknown as one that was never made", async () => {
    const request = await row.request(own);
    const foreign = await send(row, other.till, request);
    const neverMade = await send(row, other.till, forged(request));

    expect(outcome(foreign)).toBe(problem(404, unknown));
    expect(comparable(foreign)).toEqual(comparable(neverMade));
    expect(outcome(await send(row, own.till, request))).toBe(String(row.status));
  });

  test("the other mode's is as unknown as one that was never made", async () => {
    const request = await row.request(own);
    const foreign = await send(row, live, request);

    expect(outcome(foreign)).toBe(problem(404, unknown));
    expect(comparable(foreign)).toEqual(comparable(await send(row, live, forged(request))));
  });

  test("a forged id is as unknown to its own merchant", async () => {
    expect(outcome(await send(row, own.till, forged(await row.request(own))))).toBe(problem(404, unknown));
  });
});

describe.each(others)("%s", (_name, row) => {
  test("another merchant sees nothing of it", async () => {
    const answer = await send(row, other.till, await row.request(own));

    expect(outcome(answer)).toBe(String(row.status));
    expect(leaks(answer, own)).toEqual([]);
  });

  test("the other mode sees no member of it", async () => {
    const answer = await send(row, live, await row.request(own));
    const expected = row.path === "/v1/test_clock" ? problem(409, "live_mode") : String(row.status);

    expect(outcome(answer)).toBe(expected);
    expect(leaks(answer, { ...own, location: "no location", till: other.till })).toEqual([]);
  });
});

test("the comparison would notice a leak", async () => {
  const answer = await send({ method: "GET" }, own.till, { path: "/v1/members?order=asc" });

  expect(leaks(answer, own)).toEqual([own.member, own.phone]);
});

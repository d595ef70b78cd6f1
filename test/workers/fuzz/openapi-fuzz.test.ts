import { settings } from "virtual:answer-validators";
import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type SignedUp, signUpMerchant } from "../../support/workerd/browser.ts";
import { apiRequest } from "../../support/workerd/merchant.ts";
import { createWorld, type RouteRequest, ROUTES, text, type World } from "../pos/routes.ts";
import { batchComplaints, complaints, type WireAnswer } from "./check-answer.ts";
import { type Operation, operation, OPERATIONS } from "./document.ts";
import { countedCall } from "../pos/counting.ts";
import { oldAnswers } from "./old-answers.ts";
import { build, type Credential, type Draft, draftsOf } from "./requests.ts";
import type { Known } from "./values.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";

// Every operation of the document is asked what it should be asked and what it should not, and every answer is held against
// the document. FC_SEED=1 FC_RUNS=2000 hunts; the seed of a failure is in its message.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** Where one operation is asked: a world of its own, so that what one run does to it changes no other. */
interface Place {
  readonly world: World;
  readonly known: Known;
  readonly keys: Readonly<Record<Credential, string | undefined>>;
  succeeding(): Promise<RouteRequest>;
}

let stranger: World;
let pairing: SignedUp;
beforeAll(async () => {
  [stranger, pairing] = await Promise.all([createWorld(), signUpMerchant()]);
});

async function placeOf(target: Operation): Promise<Place> {
  const world = await createWorld();
  const [weak, revoked] = await Promise.all([world.newKey({ scopes: ["backfill"] }), world.newKey()]);
  await world.revoke(revoked.keyId);
  const own = world.till.key;
  const keys = {
    own,
    weak: weak.key,
    revoked: revoked.key,
    foreign: stranger.till.key,
    none: undefined,
    forged: `${own.slice(0, -1)}${own.endsWith("a") ? "b" : "a"}`,
    malformed: "💶".repeat(3),
  };
  const row = ROUTES.find(({ method, path }) => method === target.method && path === target.path);
  const succeeding = row === undefined ? pairingRequest : () => row.request(world);
  return { world, known: knownIn(world), keys, succeeding };
}

/** The one operation that needs no till's key. */
async function pairingRequest(): Promise<RouteRequest> {
  const made = await pairing.owner.must("POST", `${pairing.path}/tills/${pairing.till}/pairing-codes`, { body: {} });
  return { path: "/v1/pairings", body: { code: text(made["code"]) } };
}

function knownIn(world: World): Known {
  const { member, sale, redemption, token, plastic, phone, email, external_id, receipt } = world;
  return {
    id: [member, sale, redemption, stranger.member, stranger.sale, stranger.redemption],
    member: [member, stranger.member],
    card: [world.card, token, plastic, stranger.token],
    phone: [phone],
    email: [email],
    external_id: [external_id],
    receipt: [receipt, "F-1", "F-2"],
    redemption: [redemption],
    reward: ["rew_two_euro", "rew_nothing"],
    unit: ["points"],
    currency: ["EUR", "GBP"],
    token: [token, stranger.token],
    sku: ["CAKE", "TEA"],
  };
}

let networks = 0;

async function send(target: Operation, place: Place, draft: Draft, request: RouteRequest): Promise<WireAnswer> {
  const { path, body } = build(draft, target, request);
  const key = place.keys[draft.credential];
  networks += 1;
  const sent = apiRequest(target.method, path, {
    ...(body === undefined ? {} : { body }),
    idem: sendable(draft.idem),
    headers: {
      // Guesses are counted by network; what is asked here is no guess.
      "cf-connecting-ip": `198.18.${Math.floor(networks / 250) % 250}.${networks % 250}`,
      ...(key === undefined ? {} : { authorization: `Bearer ${sendable(key)}` }),
      ...Object.fromEntries(Object.entries(draft.headers).map(([name, value]) => [name, sendable(value) ?? ""])),
    },
  });
  const answer = await fetchWorker(sent);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Header values are ASCII: `fetch` itself complains of others. */
function sendable(value: string | null): string | null {
  return value === null ? null : value.replaceAll(/[^\0-\u007f]/gu, "?");
}

const PLAIN: Draft = {
  made: null,
  mutations: [],
  packing: "json",
  query: [],
  credential: "own",
  idem: crypto.randomUUID(),
  headers: {},
};

function judge(target: Operation, draft: Draft, answer: WireAnswer): string[] {
  const found = complaints(target, answer);
  if (target.id !== "sync" || draft.made === null || draft.mutations.length > 0) return found;
  return [...found, ...batchComplaints(callsIn(draft.made.body), answer)];
}

function callsIn(body: unknown): string[] {
  return [...JSON.stringify(body).matchAll(/"call":"(\w+)"/g)].map(([, call = ""]) => call);
}

describe("every answer is one that the document describes", () => {
  test.each(OPERATIONS.map((target) => [target.id, target] as const))("%s", async (_id, target) => {
    const place = await placeOf(target);
    const statuses = new Map<number, number>();
    const ask = async (draft: Draft): Promise<void> => {
      // A fuzzed world may have nothing left to succeed with; then the request is made up or refused.
      const request = await place.succeeding().catch(() => ({ path: target.path, body: {} }));
      const answer = await send(target, place, draft, request);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const found = judge(target, draft, answer);
      if (found.length === 0) return;
      const { path, body } = build(draft, target, request);
      throw new Error(
        `${target.method} ${path.slice(0, 300)} ${body?.slice(0, 2000) ?? ""}\n${answer.status} ${answer.text.slice(0, 2000)}\n${found.join("\n")}`,
      );
    };

    await ask(PLAIN);
    expect([...statuses.keys()][0], "a request as it should be").toBeLessThan(300);
    await ask({ ...PLAIN, credential: "none", packing: "cut_off" });
    expect([...statuses.keys()][1], "a refusal").toBeGreaterThanOrEqual(400);
    const { seed, runs } = settings;
    await fc.assert(fc.asyncProperty(draftsOf(target, place.known), ask), { seed, numRuns: runs });
  });
});

describe("what an account of an earlier release answers, today's Worker tells as the document says", () => {
  const answers = oldAnswers();
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });

  /** Asks for what the answer is one to; the account is not asked, it has answered long ago. */
  async function tell(
    name: string,
    answer: object,
  ): Promise<{ readonly answer: WireAnswer; readonly found: string[] }> {
    const target = operation(name);
    const row = ROUTES.find(({ method, path }) => method === target.method && path === target.path);
    const request = await row?.request(world);
    const options = { key: world.till.key, ...(request?.body === undefined ? {} : { body: request.body }) };
    const asked = await countedCall(target.method, request?.path ?? target.path, options, (call) =>
      call === "MEMBER_ACCOUNT.run" ? structuredClone(answer) : undefined,
    );
    // Nothing else of the account may be needed to tell it: an old one could not be asked.
    expect(asked.calls.filter((call) => call.startsWith("MEMBER_ACCOUNT"))).toEqual(["MEMBER_ACCOUNT.run"]);
    const told = {
      status: asked.answer.status,
      headers: asked.answer.headers,
      text: JSON.stringify(asked.answer.body),
    };
    return { answer: told, found: complaints(target, told) };
  }

  test.each([...new Set(answers.map((one) => one.operation))])("%s", async (name) => {
    for (const { operation: of, answer } of answers) {
      if (of !== name) continue;
      const told = await tell(name, answer);
      expect({ found: told.found, text: told.answer.text }).toMatchObject({ found: [] });
      expect(told.answer.status < 300).toBe(answer.ok);
    }
  });

  test("a Worker that needs what an old account does not say is caught (negative control)", async () => {
    const sold = answers.find(({ operation: of, answer }) => of === "createSale" && answer.ok);
    const lacking = JSON.parse(JSON.stringify(sold?.answer).replaceAll('"balances":', '"amounts":'));
    vi.spyOn(console, "error").mockReturnValue();
    const told = await tell("createSale", lacking);
    vi.restoreAllMocks();
    expect(told.found).not.toEqual([]);
  });
});

describe("a planted fault is noticed", () => {
  const target = operation("createAdjustment");
  let good: WireAnswer;
  let bad: WireAnswer;
  beforeAll(async () => {
    const place = await placeOf(target);
    good = await send(target, place, PLAIN, await place.succeeding());
    bad = await send(target, place, { ...PLAIN, credential: "none" }, await place.succeeding());
  });

  /** The answer with some of its body's fields replaced; undefined takes one away. */
  const changed = (answer: WireAnswer, fields: object): WireAnswer => ({
    ...answer,
    text: JSON.stringify({ ...JSON.parse(answer.text), ...fields }),
  });
  const withHeader = (answer: WireAnswer, name: string, value: string): WireAnswer => {
    const headers = new Headers(answer.headers);
    headers.set(name, value);
    return { ...answer, headers };
  };

  test.each<[what: string, planted: () => WireAnswer, complaint: string]>([
    ["an undocumented status", () => ({ ...good, status: 418 }), "status 418 is not documented"],
    ["a crash", () => ({ ...good, status: 500 }), "status 500"],
    ["a missing field", () => changed(good, { wallet: undefined }), "body must have required property 'wallet'"],
    ["a field of another type", () => changed(good, { entries: "none" }), "body/entries must be array"],
    ["text instead of JSON", () => ({ ...good, text: "oops" }), "the body is not JSON"],
    ["another content type", () => withHeader(good, "content-type", "text/html"), "content type text/html"],
    ["no name of the request", () => withHeader(good, "x-request-id", ""), "no x-request-id"],
    ["a code of nobody's", () => changed(bad, { code: "teapot" }), "code teapot is not in the table"],
    ["a code of another call", () => changed(bad, { code: "claim_used" }), "code claim_used is not documented at 401"],
    ["a problem that says another status", () => changed(bad, { status: 404 }), "key_missing is answered 401"],
    ["a problem of another request", () => changed(bad, { request_id: "req_1" }), "request_id is another"],
  ])("%s", (_what, planted, complaint) => {
    expect(complaints(target, good)).toEqual([]);
    expect(complaints(target, bad)).toEqual([]);
    expect(complaints(target, planted())).toContainEqual(expect.stringContaining(complaint));
  });

  test("in a batch", () => {
    const result = { key: "1", status: "applied", answer: JSON.parse(good.text), problem: null };
    const batch = (fields: object): WireAnswer => ({
      ...good,
      status: 200,
      text: JSON.stringify({ data: [{ ...result, ...fields }] }),
    });
    const refused = { ...JSON.parse(bad.text), code: "claim_used", status: 409 };
    expect(batchComplaints([target.id], batch({}))).toEqual([]);
    expect(batchComplaints([target.id, target.id], batch({}))).toEqual(["1 results for 2 items"]);
    expect(batchComplaints([target.id], batch({ answer: {} }))).not.toEqual([]);
    expect(batchComplaints([target.id], batch({ status: "rejected", problem: refused }))).toEqual([
      "createAdjustment: code claim_used is not documented",
    ]);
  });
});

import { beforeAll, describe, expect, test } from "vitest";
import { cafeProgram } from "../../support/workerd/account.ts";
import type { ApiAnswer } from "../../support/workerd/merchant.ts";
import { createWorld, type RouteRequest, type RouteRow, routeName, ROUTES, text, type World } from "./routes.ts";

// One key, one effect: whatever happens between a request and its retry, the retry hears the first answer again.

const writes = ROUTES.filter((row) => row.idempotent).map((row) => [routeName(row), row] as const);
const withBody = writes.filter(([name]) => /members$|PATCH|cards|sales|returns|redemptions$|adjustments/.test(name));

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

function send({ method }: RouteRow, at: World, { path, body }: RouteRequest, idem: string | null): Promise<ApiAnswer> {
  return at.till.call(method, path, body === undefined ? { idem } : { idem, body });
}

function newKey(): string {
  return crypto.randomUUID();
}

describe.each(writes)("%s", (_name, row) => {
  test("the same key and body: the same answer, said to be a replay", async () => {
    const request = await row.request(world);
    const idem = newKey();
    const first = await send(row, world, request, idem);
    const second = await send(row, world, request, idem);

    expect(first).toMatchObject({ status: row.status });
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect({ ...second, headers: null }).toEqual({ ...first, headers: null });
  });

  test("no key, an empty and a malformed one: 400, and nothing happens", async () => {
    const request = await row.request(world);
    const long = "k".repeat(256);

    expect((await send(row, world, request, null)).body).toMatchObject({ code: "idempotency_key_missing" });
    for (const [idem, code] of [
      ["", "idempotency_key_missing"],
      ["two words", "idempotency_key_invalid"],
      [long, "idempotency_key_invalid"],
    ] as const) {
      expect((await send(row, world, request, idem)).body).toMatchObject({ status: 400, code });
    }
    expect(await send(row, world, request, newKey().padEnd(255, "~"))).toMatchObject({ status: row.status });
  });

  test("a till's keys are its own: another till may use the same text", async () => {
    const idem = newKey();
    await send(row, world, await row.request(world), idem);
    const { path, body } = await row.request(world);
    const answer = await world.otherTill.call(row.method, path, body === undefined ? { idem } : { idem, body });

    expect(answer).toMatchObject({ status: row.status });
    expect(answer.headers.has("idempotency-replayed")).toBe(false);
  });
});

describe.each(withBody)("%s", (_name, row) => {
  test("the same key with another body: 422, and the first answer stands", async () => {
    const request = await row.request(world);
    const idem = newKey();
    const first = await send(row, world, request, idem);
    const body = typeof request.body === "object" ? { ...request.body, metadata: { other: "body" } } : {};
    const other = await send(row, world, { ...request, body }, idem);

    expect(other.body).toMatchObject({ status: 422, code: "idempotency_mismatch", retryable: false });
    expect((await send(row, world, request, idem)).body).toEqual(first.body);
  });
});

describe("what happens meanwhile does not change what a retry hears", () => {
  interface Sent {
    readonly row: RouteRow;
    readonly request: RouteRequest;
    readonly idem: string;
    readonly first: ApiAnswer;
  }

  /** Every write once, those that end the member last. */
  async function sendAll(at: World): Promise<Sent[]> {
    const sent: Sent[] = [];
    for (const [, row] of writes) {
      const request = await row.request(at);
      const idem = newKey();
      sent.push({ row, request, idem, first: await send(row, at, request, idem) });
    }
    return sent;
  }

  interface Heard {
    readonly call: string;
    readonly status: number;
    readonly replayed: string | null;
    readonly body: ApiAnswer["body"];
  }

  async function retryAll(at: World, sent: readonly Sent[]): Promise<Heard[]> {
    const heard: Heard[] = [];
    for (const { row, request, idem } of sent) {
      const { status, headers, body } = await send(row, at, request, idem);
      heard.push({ call: routeName(row), status, replayed: headers.get("idempotency-replayed"), body });
    }
    return heard;
  }

  function firstAnswers(sent: readonly Sent[]): Heard[] {
    return sent.map(({ row, first: { body } }) => ({
      call: routeName(row),
      status: row.status,
      replayed: "true",
      body,
    }));
  }

  test("later bookings", async () => {
    const at = await createWorld();
    const sent = await sendAll(at);
    await at.till.must("POST", "/v1/sales", {
      receipt: "later",
      member: { id: at.member },
      total: { amount: 99_999, currency: "EUR" },
    });
    await at.till.must("PATCH", `/v1/members/${at.member}`, { name: "Later", metadata: { later: "1" } });
    await at.till.must("POST", "/v1/cards/block", { card: at.token, reason: "stolen" });

    expect(await retryAll(at, sent)).toEqual(firstAnswers(sent));
  });

  test("another programme, with other names, rates and rewards", async () => {
    const at = await createWorld();
    const sent = await sendAll(at);
    const [, ...rewards] = cafeProgram.rewards;
    await at.changeProgram({
      ...cafeProgram,
      units: { points: { name: { nl: "muntjes", en: "coins" } } },
      earning: [{ id: "ear_spend", kind: "spend", give: 3, per: 70 }],
      rewards: rewards.map((reward) => ({ ...reward, name: { nl: "iets anders", en: "something else" } })),
    });
    const now = await at.till.must("POST", "/v1/sales/preview", {
      receipt: "now",
      member: { id: at.member },
      total: { amount: 700, currency: "EUR" },
    });

    expect(now["wallet"]?.["balances"]?.[0]).toMatchObject({ name: "muntjes" });
    expect(await retryAll(at, sent)).toEqual(firstAnswers(sent));
  });

  test("a Worker that has forgotten everything", async () => {
    const at = await createWorld();
    const sent = await sendAll(at);
    at.forget();

    expect(await retryAll(at, sent)).toEqual(firstAnswers(sent));
  });
});

describe("the member may be named in any way", () => {
  test.each(["sales", "redemptions", "adjustments"])("POST /v1/%s", async (call) => {
    const { till, member, phone, email, external_id, token, plastic } = world;
    const rest = {
      sales: { receipt: newKey(), total: { amount: 400, currency: "EUR" } },
      redemptions: { reward: "rew_two_euro" },
      adjustments: { unit: "points", delta: 3, reason: "test" },
    }[call];
    const idem = newKey();
    const ways = [{ phone }, { id: member }, { email }, { external_id }, { card: token }, { card: plastic }];
    const national = { phone: `0${phone.slice(3)}` };
    const answers: ApiAnswer[] = [];
    for (const way of [
      ...ways,
      national,
      { email: email.toUpperCase() },
      { card: plastic.replace(/^(.{4})/, "$1 ") },
    ]) {
      answers.push(await till.call("POST", `/v1/${call}`, { idem, body: { member: way, ...rest } }));
    }

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(answers.map(({ body }) => body)).toEqual(answers.map(() => answers[0]?.body));
    expect(answers.slice(1).every(({ headers }) => headers.get("idempotency-replayed") === "true")).toBe(true);
  });
});

describe("stored refusals", () => {
  test("a refusal decided from the ledger is heard again, even when it would succeed by now", async () => {
    const { till, member } = await createWorld();
    const idem = newKey();
    const ask = { member: { id: member }, reward: "rew_free_coffee" };
    const first = await till.call("POST", "/v1/redemptions", { idem, body: ask });
    await till.must("POST", "/v1/adjustments", {
      member: { id: member },
      unit: "stamps:stc_coffee",
      delta: 10,
      reason: "test",
    });
    const again = await till.call("POST", "/v1/redemptions", { idem, body: ask });

    expect(first.body).toMatchObject({ status: 409, code: "insufficient_balance" });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect({ ...again.body, request_id: "" }).toEqual({ ...first.body, request_id: "" });
    expect(await till.call("POST", "/v1/redemptions", { body: ask })).toMatchObject({ status: 201 });
  });

  test("a refusal at the edge is not: the same key works once the request is right", async () => {
    const { till, member } = world;
    const idem = newKey();
    const body = { member: { id: member }, unit: "points", delta: 5, reason: "test" };

    for (const wrong of [
      { ...body, delta: 0 },
      { ...body, member: { phone: "+31600000000" } },
      { ...body, unit: "stamps:stc_none" },
    ]) {
      expect((await till.call("POST", "/v1/adjustments", { idem, body: wrong })).status).toBeGreaterThanOrEqual(400);
    }
    const answer = await till.call("POST", "/v1/adjustments", { idem, body });
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.headers.has("idempotency-replayed")).toBe(false);
  });
});

describe("a phone number that moved to another member", () => {
  test("the retry under the old key goes to the former owner, a new key to the new one", async () => {
    const at = await createWorld();
    const { till, phone, member } = at;
    const body = { receipt: "moved", member: { phone }, total: { amount: 900, currency: "EUR" } };
    const idem = newKey();
    const first = await till.call("POST", "/v1/sales", { idem, body });
    await till.must("PATCH", `/v1/members/${member}`, { phone: null });
    const made = await till.must("POST", "/v1/members", { name: "Cor", phone });
    const again = await till.call("POST", "/v1/sales", { idem, body });
    const fresh = await till.call("POST", "/v1/sales", { body: { ...body, receipt: "moved-2" } });

    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(fresh.body["sale"]?.["member"]).toBe(made["member"]?.["id"]);
    // Thirty days later nobody asks the former owner any more: the key is new to the account that has the number now.
    await at.wait(31 * 86_400_000);
    const late = await till.call("POST", "/v1/sales", { idem, body });
    expect(late.body["sale"]?.["member"]).toBe(made["member"]?.["id"]);
  });

  test("so does a returned and an adjusted one, and a removed number still leads a retry home", async () => {
    const at = await createWorld();
    const { till, phone, member, receipt } = at;
    const back = { return_id: "R-1", sale: { receipt }, member: { phone }, total: { amount: 250, currency: "EUR" } };
    const fix = { member: { phone }, unit: "points", delta: 5, reason: "test" };
    const [returnKey, fixKey] = [newKey(), newKey()];
    const returned = await till.call("POST", "/v1/returns", { idem: returnKey, body: back });
    const fixed = await till.call("POST", "/v1/adjustments", { idem: fixKey, body: fix });
    await till.must("PATCH", `/v1/members/${member}`, { phone: "+31698765432" });

    expect((await till.call("POST", "/v1/returns", { idem: returnKey, body: back })).body).toEqual(returned.body);
    expect((await till.call("POST", "/v1/adjustments", { idem: fixKey, body: fix })).body).toEqual(fixed.body);
    expect((await till.call("POST", "/v1/adjustments", { body: fix })).body).toMatchObject({ code: "member_unknown" });
    expect(returned.status).toBe(201);
    expect(text(fixed.body["adjustment"]?.["member"])).toBe(member);
  });
});

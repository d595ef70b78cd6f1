import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { createAccountId, ACCOUNT_RANDOM_BYTES } from "../../../src/domain/tenancy/account-id.ts";
import { API_KEY_RANDOM_BYTES, createApiKey } from "../../../src/domain/tenancy/api-key.ts";
import { createCardToken } from "../../../src/domain/tenancy/card-token.ts";
import { createLocator } from "../../../src/domain/tenancy/merchant.ts";
import { accountObjectName, formatObjectName, registryObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import { countedCall } from "./counting.ts";
import { createWorld, type World } from "./routes.ts";

// An id that nobody was given must cost nothing: what is forged wakes no object, and what is real by its MAC but was never
// opened leaves no storage behind.

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const total = { amount: 100, currency: "EUR" };

/** Tables of the object with this name; asking it is the only thing that may wake it. */
function tablesOf(namespace: DurableObjectNamespace<undefined>, name: string): Promise<string[]> {
  return runInDurableObject(namespace.getByName(name), (_object, { storage }) =>
    storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
      )
      .toArray()
      .map((table) => table.name),
  );
}

describe("what is forged wakes nothing", () => {
  test("an id or token with a wrong MAC, in a path or a body", async () => {
    const turn = (id: string) => `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`;
    const [member, sale, redemption, token] = [world.member, world.sale, world.redemption, world.token].map(turn);
    const { key } = world.till;
    await countedCall("GET", "/v1/program", { key });
    const calls = [
      await countedCall("GET", `/v1/members/${member ?? ""}`, { key }),
      await countedCall("GET", `/v1/members/${member ?? ""}/entries`, { key }),
      await countedCall("PATCH", `/v1/members/${member ?? ""}`, { key, body: { name: "x" } }),
      await countedCall("DELETE", `/v1/members/${member ?? ""}`, { key }),
      await countedCall("POST", `/v1/members/${member ?? ""}/cards`, { key, body: { number: "12345678" } }),
      await countedCall("POST", "/v1/members/identify", { key, body: { member: { card: token } } }),
      await countedCall("POST", "/v1/cards/block", { key, body: { card: token, reason: "lost" } }),
      await countedCall("POST", "/v1/sales", { key, body: { receipt: "f", member: { id: member }, total } }),
      await countedCall("POST", "/v1/sales", { key, body: { receipt: "f", member: { card: token }, total } }),
      await countedCall("POST", "/v1/sales/preview", { key, body: { receipt: "f", member: { card: token }, total } }),
      await countedCall("GET", `/v1/sales/${sale ?? ""}`, { key }),
      await countedCall("POST", "/v1/returns", { key, body: { return_id: "f", sale: { id: sale } } }),
      await countedCall("POST", "/v1/redemptions", { key, body: { member: { id: member }, reward: "rew_mug" } }),
      await countedCall("GET", `/v1/redemptions/${redemption ?? ""}`, { key }),
      await countedCall("GET", `/v1/redemptions?member=${member ?? ""}`, { key }),
      await countedCall("POST", `/v1/redemptions/${redemption ?? ""}/capture`, { key }),
      await countedCall("POST", "/v1/adjustments", {
        key,
        body: { member: { id: member }, unit: "points", delta: 1, reason: "x" },
      }),
    ];

    expect(calls.map(({ answer }) => answer.status)).toEqual(calls.map(() => 404));
    expect(calls.flatMap((call) => call.calls)).toEqual([]);
    expect(calls.reduce((sum, { queries }) => sum + queries, 0)).toBe(0);
  });

  test("a key with a wrong checksum or an invented locator, not even the registry", async () => {
    const { key } = world.till;
    const stranger = createApiKey({ mode: "live", merchant: "eaaaaaaa" }, random(API_KEY_RANDOM_BYTES));
    const wrong = [`${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`, stranger, "stk_live_", "x"];
    for (const forged of wrong) {
      const { answer, calls, queries } = await countedCall("GET", "/v1/program", { key: forged });
      expect({ status: answer.status, calls, queries }).toEqual({ status: 401, calls: [], queries: 0 });
    }
  });

  test("a wrong body or method goes no further than the key", async () => {
    const { key } = world.till;
    const wrong = [
      await countedCall("POST", "/v1/sales", { key, body: "{" }),
      await countedCall("POST", "/v1/sales", { key, body: { receipt: "x" } }),
      await countedCall("DELETE", "/v1/sales", { key }),
      await countedCall("POST", "/v1/sales", { key, idem: null, body: { receipt: "x", member: { id: "m" }, total } }),
    ];

    expect(wrong.map(({ answer }) => answer.status)).toEqual([400, 422, 405, 400]);
    expect(wrong.flatMap(({ calls }) => calls)).toEqual([]);
  });
});

describe("what is real by its MAC but was never opened leaves nothing behind", () => {
  test("a member nobody made", async () => {
    const account = createAccountId("member", random(ACCOUNT_RANDOM_BYTES));
    const name = accountObjectName(world.tenant, account);
    const id = world.ids.member(account);
    const token = createCardToken(readSecrets(env).cardKeys, world.tenant, { account, cardNo: 1 });
    const [sale, redemption] = [
      world.ids.booking("sal", { account, seq: 2 }),
      world.ids.booking("red", { account, seq: 2 }),
    ];
    const { till } = world;
    const answers = [
      await till.call("GET", `/v1/members/${id}`),
      await till.call("GET", `/v1/members/${id}/entries`),
      await till.call("PATCH", `/v1/members/${id}`, { body: { name: "x" } }),
      await till.call("DELETE", `/v1/members/${id}`),
      await till.call("POST", `/v1/members/${id}/cards`, { body: { number: "87654321" } }),
      await till.call("POST", "/v1/members/identify", { body: { member: { card: token } } }),
      await till.call("POST", "/v1/cards/block", { body: { card: token, reason: "lost" } }),
      await till.call("POST", "/v1/sales", { body: { receipt: "u", member: { card: token }, total } }),
      await till.call("GET", `/v1/sales/${sale}`),
      await till.call("POST", "/v1/returns", { body: { return_id: "u", sale: { id: sale } } }),
      await till.call("POST", "/v1/redemptions", { body: { member: { id }, reward: "rew_mug" } }),
      await till.call("GET", `/v1/redemptions/${redemption}`),
      await till.call("GET", `/v1/redemptions?member=${id}`),
      await till.call("POST", `/v1/redemptions/${redemption}/cancel`),
      await till.call("POST", "/v1/adjustments", { body: { member: { id }, unit: "points", delta: 1, reason: "x" } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(name).not.toBeNull();
    if (name === null) throw new Error("no name");
    expect(await tablesOf(env.MEMBER_ACCOUNT, formatObjectName(name))).toEqual([]);
    expect((await till.must("GET", "/v1/members?limit=100"))["data"]).toHaveLength(1);
  });

  test("a merchant nobody signed up, even with a well-formed key", async () => {
    const { idMac } = readSecrets(env);
    const merchant = createLocator("eu", random(4), idMac);
    for (const mode of ["live", "test"] as const) {
      const key = createApiKey({ mode, merchant }, random(API_KEY_RANDOM_BYTES));
      const first = await countedCall("POST", "/v1/sales", {
        key,
        body: { receipt: "u", member: { phone: "0612345678" }, total },
      });
      const second = await countedCall("GET", "/v1/program", { key });

      expect([first.answer.body, second.answer.body]).toMatchObject([{ code: "key_invalid" }, { code: "key_invalid" }]);
      expect(first.calls).toEqual(["MERCHANT_REGISTRY.resolve"]);
      expect(second.calls).toEqual([]);
      expect(await tablesOf(env.MERCHANT_REGISTRY, formatObjectName(registryObjectName(mode, merchant)))).toEqual([]);
    }
  });

  test("the look inside would see a table", async () => {
    const account = world.ids.parseMember(world.member) ?? "";
    const name = accountObjectName(world.tenant, account);
    if (name === null) throw new Error("no name");

    expect(await tablesOf(env.MEMBER_ACCOUNT, formatObjectName(name))).toContain("booking");
  });
});

test("refused requests of a whole day make no account", async () => {
  const before = (await listDurableObjectIds(env.MEMBER_ACCOUNT)).length;
  const { till, phone } = world;
  for (const body of [{ name: "x", phone }, { name: "x", phone: "12" }, { card: "!" }]) {
    expect((await till.call("POST", "/v1/members", { body })).status).toBeGreaterThanOrEqual(400);
  }
  await till.call("POST", "/v1/sales", { body: { receipt: "n", member: { phone: "+31600000001" }, total } });

  expect((await listDurableObjectIds(env.MEMBER_ACCOUNT)).length).toBe(before);
});

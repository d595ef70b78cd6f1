import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { LIVE_CLOSE, LIVE_PING, LIVE_PONG } from "../../../src/contract/card-v1/live.ts";
import { verifyCardToken } from "../../../src/domain/tenancy/card-token.ts";
import { accountObjectName, formatObjectName } from "../../../src/domain/tenancy/object-name.ts";
import type { MemberAccount } from "../../../src/durable/member-account/member-account.ts";
import { SOCKETS_MAX } from "../../../src/durable/member-account/live.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import { createTestMerchant, type Json, type TestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "../pos/routes.ts";
import { newMember, ORIGIN, sell } from "./support.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";
import { eventually } from "../../support/eventually.ts";

/** Asks for the live connection of a card as a page of ours does. */
function connect(token: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const asked = { upgrade: "websocket", origin: ORIGIN, ...headers };
  return fetchWorker(new Request(`${ORIGIN}/c/${token}/live`, { headers: asked }));
}

/** An open page: what it has heard, and how it ended. */
class Listener {
  readonly socket: WebSocket;
  readonly heard: Json[] = [];
  readonly pongs: string[] = [];
  closed: number | null = null;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const message = String(data);
      if (message.startsWith("{")) this.heard.push(JSON.parse(message));
      else this.pongs.push(message);
    });
    socket.addEventListener("close", ({ code }) => {
      this.closed = code;
    });
    socket.accept();
  }

  async hears(count: number): Promise<Json> {
    return eventually(() => {
      const message = this.heard[count - 1];
      if (message === undefined) throw new Error(`heard ${this.heard.length} of ${count} messages`);
      return message;
    });
  }

  async closes(): Promise<number> {
    return eventually(() => {
      if (this.closed === null) throw new Error("it is still open");
      return this.closed;
    });
  }
}

async function listen(token: string): Promise<Listener> {
  const answer = await connect(token);
  if (answer.webSocket === null) throw new Error(`no socket: ${answer.status}`);
  return new Listener(answer.webSocket);
}

/** The object behind a card. */
function accountOf({ tenant }: TestMerchant, token: string): DurableObjectStub<MemberAccount> {
  const card = verifyCardToken(readSecrets(env).cardKeys, tenant, token);
  const name = card === null ? null : accountObjectName(tenant, card.account);
  if (name === null) throw new Error("no card of this merchant");
  return env.MEMBER_ACCOUNT.getByName(formatObjectName(name));
}

async function world() {
  const merchant = await createTestMerchant();
  const member = await newMember(merchant);
  return { merchant, ...member };
}

describe("an open page", () => {
  test("hears where the ledger is, and then of every sale with the new balances", async () => {
    const { merchant, token } = await world();
    const page = await listen(token);
    expect(await page.hears(1)).toEqual({ type: "hello", seq: 1 });
    await sell(merchant, token);

    expect(await page.hears(2)).toEqual({
      type: "booked",
      seq: 2,
      wallet: expect.arrayContaining([
        { unit: "points", available: 12, pending: 0, held: 0 },
        { unit: "stamps:stc_coffee", available: 1, pending: 0, held: 0 },
      ]),
      entries: expect.arrayContaining([{ seq: 2, unit: "points", delta: 12, bucket: "available" }]),
    });
  });

  test("hears each booking once, and of a redemption what it sets aside", async () => {
    const { merchant, token } = await world();
    const page = await listen(token);
    await sell(merchant, token);
    await sell(merchant, token);
    await merchant.till.must("POST", "/v1/redemptions", { member: { card: token }, reward: "rew_two_euro" });
    const held = await page.hears(4);

    expect(page.heard.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(held["wallet"]).toContainEqual({ unit: "points", available: 5, pending: 0, held: 20 });
    for (const message of page.heard.slice(1)) {
      for (const entry of Object.values(message["entries"] ?? {})) expect(entry["seq"]).toBe(message["seq"]);
    }
  });

  test("hears nothing of a preview or of a sale sent twice", async () => {
    const { merchant, token } = await world();
    const page = await listen(token);
    const body = {
      receipt: "L-1",
      member: { card: token },
      total: { amount: 500, currency: "EUR" },
    };
    await merchant.till.must("POST", "/v1/sales/preview", body);
    for (const idem of ["one", "one", "two"]) await merchant.till.call("POST", "/v1/sales", { body, idem });
    await sell(merchant, token);
    await page.hears(3);

    expect(page.heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test("hears on after the account was asleep, and sleeping costs no state", async () => {
    const { merchant, token } = await world();
    const page = await listen(token);
    await sell(merchant, token);
    await page.hears(2);
    await evictDurableObject(accountOf(merchant, token), { webSockets: "hibernate" });
    await sell(merchant, token);

    expect(await page.hears(3)).toMatchObject({ type: "booked", seq: 3 });
    expect(page.heard).toHaveLength(3);
  });

  test("has its ping answered", async () => {
    const { token } = await world();
    const page = await listen(token);
    page.socket.send(LIVE_PING);

    await eventually(() => expect(page.pongs).toEqual([LIVE_PONG]));
    expect(page.closed).toBeNull();
  });

  test("that says anything else is cut off", async () => {
    const { token } = await world();
    const page = await listen(token);
    page.socket.send("give me points");

    expect(await page.closes()).toBe(1008);
  });

  test("makes room for a newer one when there are too many", async () => {
    const { merchant, token } = await world();
    const pages: Listener[] = [];
    for (let index = 0; index <= SOCKETS_MAX; index += 1) pages.push(await listen(token));
    const [first, ...others] = pages;

    expect(await first?.closes()).toBe(LIVE_CLOSE.crowded);
    await sell(merchant, token);
    for (const page of others) expect(await page.hears(2)).toMatchObject({ seq: 2 });
  });

  test("is told when its card is blocked, and the page of the new card is not", async () => {
    const { merchant, id, token } = await world();
    const made = await merchant.till.must("POST", `/v1/members/${id}/cards`, { kind: "digital" });
    const [old, fresh] = [await listen(token), await listen(text(made["card"]?.["token"]))];
    await merchant.till.must("POST", "/v1/cards/block", { card: token, reason: "stolen" });

    expect(await old.closes()).toBe(LIVE_CLOSE.blocked);
    await sell(merchant, text(made["card"]?.["token"]));
    expect(await fresh.hears(2)).toMatchObject({ type: "booked" });
    expect(fresh.closed).toBeNull();
  });

  test("is told when the member is erased", async () => {
    const { merchant, id, token } = await world();
    const page = await listen(token);
    await merchant.till.must("DELETE", `/v1/members/${id}`);

    expect(await page.closes()).toBe(LIVE_CLOSE.gone);
  });

  test("whose memory is not ours connects anew", async () => {
    const { merchant, token } = await world();
    const page = await listen(token);
    await runInDurableObject(accountOf(merchant, token), (_object, state) => {
      for (const socket of state.getWebSockets()) socket.serializeAttachment({ v: 2, seq: "1" });
    });
    await sell(merchant, token);

    expect(await page.closes()).toBe(1012);
  });

  test("that went away without a word spoils no sale", async () => {
    const { merchant, token } = await world();
    const [gone, here] = [await listen(token), await listen(token)];
    gone.socket.close(1000);
    await sell(merchant, token);

    expect(await here.hears(2)).toMatchObject({ seq: 2 });
  });

  test("that cannot be written to spoils no sale", async () => {
    const { merchant, token } = await world();
    const [bad, good] = [await listen(token), await listen(token)];
    const silent = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await runInDurableObject(accountOf(merchant, token), (_object, state) => {
      vi.spyOn(state, "getWebSockets").mockImplementationOnce(() => {
        throw new Error("no sockets today");
      });
    });
    await sell(merchant, token);
    await sell(merchant, token);
    silent.mockRestore();

    // What the first sale could not say, the second does.
    for (const page of [bad, good])
      expect((await page.hears(2))["entries"]).toContainEqual({
        seq: 2,
        unit: "points",
        delta: 12,
        bucket: "available",
      });
  });
});

describe("a connection is refused", () => {
  test("to anything but a WebSocket", async () => {
    const { token } = await world();
    const answer = await fetchWorker(`${ORIGIN}/c/${token}/live`, { headers: { origin: ORIGIN } });
    expect(answer.status).toBe(426);
  });

  test.each(["https://evil.example", "null", "http://stempel.test"])("to a page of %s", async (origin) => {
    const { token } = await world();
    expect((await connect(token, { origin })).status).toBe(403);
  });

  test("for a forged, a blocked and an erased card", async () => {
    const { merchant, id, token } = await world();
    expect((await connect(`${token.slice(0, -1)}${token.at(-1) === "0" ? "1" : "0"}`)).status).toBe(404);
    await merchant.till.must("POST", "/v1/cards/block", { card: token, reason: "lost" });
    expect((await connect(token)).status).toBe(403);
    await merchant.till.must("DELETE", `/v1/members/${id}`);
    expect((await connect(token)).status).toBe(410);
  });

  test("by an object that it was not meant for", async () => {
    const { merchant, token } = await world();
    const { token: other } = await newMember(merchant);
    const wrong = `https://account/live?to=${encodeURIComponent(accountOf(merchant, other).name ?? "")}`;
    const misrouted = runInDurableObject(accountOf(merchant, token), (object) =>
      object.fetch(new Request(wrong, { headers: { upgrade: "websocket" } })),
    );

    await expect(misrouted).rejects.toThrow(/a command for/);
  });
});

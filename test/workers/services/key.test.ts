import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Actor } from "../../../src/domain/tenancy/actor.ts";
import { parseApiKey } from "../../../src/domain/tenancy/api-key.ts";
import { createKey } from "../../../src/workers/services/key/create.ts";
import { listKeys } from "../../../src/workers/services/key/list.ts";
import { revokeKey } from "../../../src/workers/services/key/revoke.ts";
import { rollKey } from "../../../src/workers/services/key/roll.ts";
import type { NewKey } from "../../../src/workers/services/key/schemas.ts";
import { createWorld, DAY_MS, staffActor, START_MS, value, type World } from "./harness.ts";

const refused = (error: unknown) => ({ ok: false, error });

async function newKey(world: World, terms: { mode?: "live" | "test"; expires_at_ms?: number } = {}): Promise<NewKey> {
  const input = { till: world.till.id, mode: "live", scopes: ["redeem", "sell"], ...terms } as const;
  return value(await createKey({ ctx: world.ctx, input }));
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** The keys that the edge would accept now. */
function accepted(world: World, mode: "live" | "test" = "live"): string[] {
  const now_ms = world.ports.at_ms;
  return world.ports.registry
    .config(world.locator, mode)
    .keys.filter((key) => key.expires_at_ms === null || key.expires_at_ms > now_ms)
    .map((key) => key.id)
    .toSorted();
}

describe("a new key", () => {
  test("tells its secret once; D1 and the edge have the hash", async () => {
    const world = await createWorld();
    const { key, secret } = await newKey(world);

    expect(parseApiKey(secret)).toEqual({ mode: "live", merchant: world.locator });
    expect(key).toEqual({
      id: key.id,
      till: world.till.id,
      name: null,
      mode: "live",
      scopes: ["sell", "redeem"],
      prefix: secret.slice(0, 21),
      last_four: secret.slice(-4),
      replaces: null,
      created_at_ms: START_MS,
      expires_at_ms: null,
      revoked_at_ms: null,
      last_used_at_ms: null,
    });
    expect(value(await listKeys({ ctx: world.ctx, input: {} }))).toEqual({ data: [key], next_cursor: null });
    expect(world.ports.registry.config(world.locator).keys).toEqual([
      { id: key.id, hash: hashOf(secret), till: world.till.id, scopes: ["sell", "redeem"], expires_at_ms: null },
    ]);
    const [rows] = await world.tenant.batch([world.tenant.keys.active(START_MS)]);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test("works in its own mode alone", async () => {
    const world = await createWorld();
    const { key } = await newKey(world, { mode: "test" });
    expect(accepted(world, "test")).toEqual([key.id]);
    expect(accepted(world, "live")).toEqual([]);
  });

  test("ends when it expires, and cannot end in the past", async () => {
    const world = await createWorld();
    await newKey(world, { expires_at_ms: START_MS + DAY_MS });
    world.ports.at_ms += DAY_MS;
    await newKey(world);

    expect(world.ports.registry.config(world.locator).keys).toHaveLength(1);
    const input = { till: world.till.id, mode: "live", scopes: ["sell"], expires_at_ms: world.ports.at_ms } as const;
    expect(await createKey({ ctx: world.ctx, input })).toEqual(refused({ code: "expiry_past" }));
  });

  test("is made by a manager at their own location, but not one that configures or rewrites the past", async () => {
    const world = await createWorld();
    const input = { till: world.till.id, mode: "live", scopes: ["sell"] } as const;
    const manager = world.as(staffActor("manager", world.location.id));

    value(await createKey({ ctx: manager, input }));
    for (const scope of ["admin", "backfill"] as const) {
      expect(await createKey({ ctx: manager, input: { ...input, scopes: [scope] } })).toEqual(
        refused({ code: "forbidden" }),
      );
    }
    const elsewhere = world.as(staffActor("manager", "loc_elsewhere"));
    expect(await createKey({ ctx: elsewhere, input })).toEqual(refused({ code: "forbidden" }));
    const cashier = world.as(staffActor("cashier", world.location.id));
    expect(await createKey({ ctx: cashier, input })).toEqual(refused({ code: "forbidden" }));
  });

  test("cannot be made more powerful by a key than the key is", async () => {
    const world = await createWorld();
    const actor = (scopes: readonly ("admin" | "sell")[]): Actor => ({ kind: "key", key: "k", till: "t", scopes });
    const input = { till: world.till.id, mode: "live", scopes: ["admin"] } as const;

    expect(await createKey({ ctx: world.as(actor(["sell"])), input })).toEqual(refused({ code: "forbidden" }));
    expect(await createKey({ ctx: world.as(actor(["admin"])), input })).toEqual(refused({ code: "forbidden" }));
    value(await createKey({ ctx: world.as(actor(["admin"])), input: { ...input, scopes: ["sell"] } }));
  });

  test("is one of at most a thousand", async () => {
    const world = await createWorld();
    const row = { till: world.till.id, mode: "live", scopes: [], prefix: "", last_four: "", created_at_ms: 1 } as const;
    const { keys } = world.tenant;
    for (let start = 0; start < 1_000; start += 100) {
      const inserts = Array.from({ length: 100 }, (_, index) =>
        keys.insert({ ...row, id: `k${start + index}`, hash: `${world.locator}${start + index}` }),
      );
      await world.tenant.batch([world.tenant.merchant.get(), ...inserts]);
    }
    const input = { till: world.till.id, mode: "live", scopes: ["sell"] } as const;

    expect(await createKey({ ctx: world.ctx, input })).toEqual(
      refused({ code: "limit_reached", what: "key", max: 1_000 }),
    );
    value(await revokeKey({ ctx: world.ctx, input: { id: "k0" } }));
    value(await createKey({ ctx: world.ctx, input }));
  });
});

describe("rolling a key", () => {
  test("leaves the old one valid for a day beside the new one", async () => {
    const world = await createWorld();
    const old = await newKey(world);
    const next = value(await rollKey({ ctx: world.ctx, input: { id: old.key.id } }));

    expect(next.key).toMatchObject({ replaces: old.key.id, till: world.till.id, scopes: old.key.scopes, mode: "live" });
    expect(next.secret).not.toBe(old.secret);
    expect(accepted(world)).toEqual([old.key.id, next.key.id].toSorted());
    world.ports.at_ms += DAY_MS;
    expect(accepted(world)).toEqual([next.key.id]);
  });

  test("never leaves more than two valid", async () => {
    const world = await createWorld();
    const first = await newKey(world);
    const second = value(await rollKey({ ctx: world.ctx, input: { id: first.key.id } }));
    expect(await rollKey({ ctx: world.ctx, input: { id: first.key.id } })).toEqual(refused({ code: "already_rolled" }));
    const third = value(await rollKey({ ctx: world.ctx, input: { id: second.key.id } }));

    expect(accepted(world)).toEqual([second.key.id, third.key.id].toSorted());
  });

  test("without grace ends the old one now", async () => {
    const world = await createWorld();
    const old = await newKey(world);
    const next = value(await rollKey({ ctx: world.ctx, input: { id: old.key.id, grace_ms: 0 } }));

    expect(accepted(world)).toEqual([next.key.id]);
    expect(await rollKey({ ctx: world.ctx, input: { id: old.key.id } })).toEqual(refused({ code: "key_inactive" }));
  });

  test("gives the new one as long a life, and the old one no longer one", async () => {
    const world = await createWorld();
    const old = await newKey(world, { expires_at_ms: START_MS + 10 * DAY_MS });
    world.ports.at_ms += 9.5 * DAY_MS;
    const next = value(await rollKey({ ctx: world.ctx, input: { id: old.key.id } }));

    expect(next.key.expires_at_ms).toBe(world.ports.at_ms + 10 * DAY_MS);
    const { data } = value(await listKeys({ ctx: world.ctx, input: {} }));
    expect(data.map((key) => key.expires_at_ms)).toEqual([START_MS + 10 * DAY_MS, next.key.expires_at_ms]);
  });
});

describe("keys", () => {
  test("are revoked for good", async () => {
    const world = await createWorld();
    const { key } = await newKey(world);
    const revoked = value(await revokeKey({ ctx: world.ctx, input: { id: key.id } }));
    world.ports.at_ms += 1;

    expect(revoked).toEqual({ ...key, revoked_at_ms: START_MS });
    expect(value(await revokeKey({ ctx: world.ctx, input: { id: key.id } }))).toEqual(revoked);
    expect(accepted(world)).toEqual([]);
  });

  test("are listed in pages", async () => {
    const world = await createWorld();
    const made = [];
    for (let index = 0; index < 5; index += 1) {
      world.ports.at_ms += 1;
      made.push((await newKey(world)).key);
    }
    const seen = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listKeys>> = await listKeys({
        ctx: world.ctx,
        input: { limit: 2, cursor },
      });
      seen.push(...value(page).data);
      cursor = value(page).next_cursor;
    } while (cursor !== null);

    expect(seen).toEqual(made);
    expect(value(await listKeys({ ctx: world.ctx, input: { till: "til_other" } })).data).toEqual([]);
    expect(await listKeys({ ctx: world.ctx, input: { cursor: "bm9wZQ" } })).toMatchObject(
      refused({ code: "invalid_input", issues: [{ path: "cursor" }] }),
    );
  });

  test("say when they were last used, if the registry can be asked", async () => {
    const world = await createWorld();
    const { key } = await newKey(world);
    const { registry } = world.ports;
    registry.uses.set(key.id, START_MS + 5);

    const { data } = value(await listKeys({ ctx: world.ctx, input: {} }));
    expect(data[0]?.last_used_at_ms).toBe(START_MS + 5);
    registry.down = ["live", "test"];
    expect(value(await listKeys({ ctx: world.ctx, input: {} })).data).toEqual([key]);
    registry.down = [];
    expect(value(await revokeKey({ ctx: world.ctx, input: { id: key.id } })).last_used_at_ms).toBe(START_MS + 5);
  });

  test("of another merchant are not found", async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    const { key } = await newKey(theirs);
    const notFound = refused({ code: "not_found", what: "key" });

    expect(await revokeKey({ ctx: mine.ctx, input: { id: key.id } })).toEqual(notFound);
    expect(await rollKey({ ctx: mine.ctx, input: { id: key.id } })).toEqual(notFound);
    const input = { till: theirs.till.id, mode: "live", scopes: ["sell"] } as const;
    expect(await createKey({ ctx: mine.ctx, input })).toEqual(refused({ code: "not_found", what: "till" }));
    expect(value(await listKeys({ ctx: theirs.ctx, input: {} })).data).toEqual([key]);
  });
});

import { describe, expect, test } from "vitest";
import { createLocation } from "../../../src/workers/services/location/create.ts";
import { archiveStaff } from "../../../src/workers/services/staff/archive.ts";
import { createStaff } from "../../../src/workers/services/staff/create.ts";
import { listStaff } from "../../../src/workers/services/staff/list.ts";
import type { Staff } from "../../../src/workers/services/staff/schemas.ts";
import { setPin } from "../../../src/workers/services/staff/set-pin.ts";
import { updateStaff } from "../../../src/workers/services/staff/update.ts";
import { verifyPin } from "../../../src/workers/services/staff/verify-pin.ts";
import { createWorld, MINUTE_MS, staffActor, START_MS, value, type World } from "./harness.ts";

const refused = (error: unknown) => ({ ok: false, error });

function cashierAt(world: World, name: string, pin: string | null, location = world.location.id) {
  return createStaff({ ctx: world.ctx, input: { name, pin, roles: [{ location, role: "cashier" }] } });
}

describe("staff", () => {
  test("are taken on with a name and a PIN, which nobody can read", async () => {
    const world = await createWorld();
    const sam = value(await cashierAt(world, "Sam", "4071"));

    expect(sam).toEqual({
      id: sam.id,
      name: "Sam",
      email: null,
      has_pin: true,
      till_code: null,
      member_account: null,
      roles: [{ location: world.location.id, role: "cashier" }],
      created_at_ms: START_MS,
      archived_at_ms: null,
    });
    expect(value(await listStaff({ ctx: world.ctx, input: {} }))).toEqual(
      [world.owner, sam].toSorted((a, b) => (a?.id ?? "").localeCompare(b?.id ?? "")),
    );
    const [[row]] = await world.tenant.batch([world.tenant.staff.get(sam.id)]);
    expect(row?.pin_hash).toMatch(/^pbkdf2-sha256\$100000\$[0-9a-f]{64}$/);
    expect(world.ports.registry.config(world.locator).version).toBe(1);
  });

  test("change: what is given, with all roles at once", async () => {
    const world = await createWorld();
    const markt = value(await createLocation({ ctx: world.ctx, input: { name: "Markt" } }));
    const sam = value(await cashierAt(world, "Sam", null));
    const input = {
      id: sam.id,
      email: " Sam@Example.com ",
      member_account: "m00000000000000x",
      roles: [{ location: markt.id, role: "manager" }],
    } as const;
    const changed = value(await updateStaff({ ctx: world.ctx, input }));

    expect(changed).toEqual({ ...sam, ...input, email: "sam@example.com" });
    expect(value(await listStaff({ ctx: world.ctx, input: {} }))).toContainEqual(changed);
    const cleared = value(await updateStaff({ ctx: world.ctx, input: { id: sam.id, email: null } }));
    expect(cleared).toEqual({ ...changed, email: null });
  });

  test("have an e-mail address that no colleague has", async () => {
    const world = await createWorld();
    const sam = value(await cashierAt(world, "Sam", null));
    const input = { id: sam.id, email: "RIA@example.com" };
    expect(await updateStaff({ ctx: world.ctx, input })).toEqual(refused({ code: "email_taken" }));

    const other = await createWorld();
    value(await updateStaff({ ctx: other.ctx, input: { id: other.owner?.id ?? "", email: "ria@example.com" } }));
  });

  test("leave without a trace but their name", async () => {
    const world = await createWorld();
    const sam = value(await cashierAt(world, "Sam", "4071"));
    const left = value(await archiveStaff({ ctx: world.ctx, input: { id: sam.id } }));

    expect(left).toEqual({ ...sam, has_pin: false, roles: [], archived_at_ms: START_MS });
    expect(value(await listStaff({ ctx: world.ctx, input: {} }))).toEqual([world.owner]);
    expect(value(await listStaff({ ctx: world.ctx, input: { archived: true } }))).toContainEqual(left);
    expect(value(await archiveStaff({ ctx: world.ctx, input: { id: sam.id } }))).toEqual(left);
    value(await cashierAt(world, "Noor", "4071"));
  });

  test("always have an owner among them", async () => {
    const world = await createWorld();
    const id = world.owner?.id ?? "";
    const roles = [{ location: world.location.id, role: "manager" }] as const;
    expect(await archiveStaff({ ctx: world.ctx, input: { id } })).toEqual(refused({ code: "last_owner" }));
    expect(await updateStaff({ ctx: world.ctx, input: { id, roles: [...roles] } })).toEqual(
      refused({ code: "last_owner" }),
    );

    const second = { name: "Bas", roles: [{ location: world.location.id, role: "owner" as const }] };
    value(await createStaff({ ctx: world.ctx, input: second }));
    value(await archiveStaff({ ctx: world.ctx, input: { id } }));
  });

  test("are managed by managers only as far as they are cashiers of their location", async () => {
    const world = await createWorld();
    const markt = value(await createLocation({ ctx: world.ctx, input: { name: "Markt" } }));
    const ctx = world.as(staffActor("manager", world.location.id));
    const here = world.location.id;
    const forbidden = refused({ code: "forbidden" });
    const take = (role: "owner" | "manager" | "cashier", location: string) =>
      createStaff({ ctx, input: { name: "x", roles: [{ location, role }] } });

    const sam = value(await take("cashier", here));
    value(await setPin({ ctx, input: { id: sam.id, pin: "4071" } }));
    expect(await take("manager", here)).toEqual(forbidden);
    expect(await take("owner", here)).toEqual(forbidden);
    expect(await take("cashier", markt.id)).toEqual(forbidden);
    const promoted = { id: sam.id, roles: [{ location: here, role: "owner" as const }] };
    expect(await updateStaff({ ctx, input: promoted })).toEqual(forbidden);
    expect(await setPin({ ctx, input: { id: world.owner?.id ?? "", pin: "8205" } })).toEqual(forbidden);
    expect(await archiveStaff({ ctx, input: { id: world.owner?.id ?? "" } })).toEqual(forbidden);

    const asSam = world.as(staffActor("cashier", here, sam.id));
    value(await setPin({ ctx: asSam, input: { id: sam.id, pin: "9318" } }));
    expect(await createStaff({ ctx: asSam, input: { name: "x", roles: promoted.roles } })).toEqual(forbidden);
    expect(await listStaff({ ctx: asSam, input: {} })).toEqual(forbidden);
    const key = world.as({ kind: "key", key: "k", till: world.till.id, scopes: ["admin"] });
    expect(await createStaff({ ctx: key, input: { name: "x", roles: promoted.roles } })).toEqual(forbidden);
  });

  test("of another merchant are not found", async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    const id = theirs.owner?.id ?? "";
    const notFound = refused({ code: "not_found", what: "staff" });

    expect(await updateStaff({ ctx: mine.ctx, input: { id, name: "x" } })).toEqual(notFound);
    expect(await archiveStaff({ ctx: mine.ctx, input: { id } })).toEqual(notFound);
    expect(await setPin({ ctx: mine.ctx, input: { id, pin: "4071" } })).toEqual(notFound);
    expect(await cashierAt(mine, "x", null, theirs.location.id)).toEqual(
      refused({ code: "not_found", what: "location" }),
    );
    expect(value(await listStaff({ ctx: theirs.ctx, input: { archived: true } }))).toEqual([theirs.owner]);
  });

  test("are at most five hundred", async () => {
    const world = await createWorld();
    const inserts = Array.from({ length: 499 }, (_, index) =>
      world.tenant.staff.insert({ id: `s${index}`, name: "x", created_at_ms: 1 }),
    );
    await world.tenant.batch([world.tenant.merchant.get(), ...inserts]);

    expect(await cashierAt(world, "one more", null)).toEqual(
      refused({ code: "limit_reached", what: "staff", max: 500 }),
    );
  });
});

describe("PINs", () => {
  test.each(["123", "123456789", "0000", "1234", "8765", "12a4"])("cannot be %s", async (pin) => {
    const world = await createWorld();
    expect(await cashierAt(world, "Sam", pin)).toMatchObject(refused({ code: "invalid_input" }));
  });

  test("are one person's at a location, however they came to be there", async () => {
    const world = await createWorld();
    const markt = value(await createLocation({ ctx: world.ctx, input: { name: "Markt" } }));
    value(await cashierAt(world, "Sam", "4071"));
    const taken = refused({ code: "pin_taken" });
    expect(await cashierAt(world, "Noor", "4071")).toEqual(taken);

    const noor = value(await cashierAt(world, "Noor", "4071", markt.id));
    const roles = [markt.id, world.location.id].map((location) => ({ location, role: "cashier" as const }));
    expect(await updateStaff({ ctx: world.ctx, input: { id: noor.id, roles } })).toEqual(taken);
    value(await setPin({ ctx: world.ctx, input: { id: noor.id, pin: "5926" } }));
    value(await updateStaff({ ctx: world.ctx, input: { id: noor.id, roles } }));
    expect(await setPin({ ctx: world.ctx, input: { id: noor.id, pin: "4071" } })).toEqual(taken);
    value(await setPin({ ctx: world.ctx, input: { id: noor.id, pin: "5926" } }));
  });

  test("of two merchants are stored differently", async () => {
    const hashes = [];
    for (const world of [await createWorld(), await createWorld()]) {
      const sam = value(await cashierAt(world, "Sam", "4071"));
      const [[row]] = await world.tenant.batch([world.tenant.staff.get(sam.id)]);
      hashes.push(row?.pin_hash);
    }
    expect(hashes[0]).not.toBe(hashes[1]);
  });
});

describe("at a till", () => {
  type Enter = (pin: string, staff?: string) => ReturnType<typeof verifyPin>;

  async function tillWorld(): Promise<{ world: World; sam: Staff; noor: Staff; enter: Enter }> {
    const world = await createWorld();
    const sam = value(await cashierAt(world, "Sam", "4071"));
    const noor = value(await cashierAt(world, "Noor", "5926"));
    const enter: Enter = (pin, staff) =>
      verifyPin({ ctx: world.ctx, input: { till: world.till.id, pin, ...(staff === undefined ? {} : { staff }) } });
    return { world, sam, noor, enter };
  }

  test("a PIN tells who it is, or whether it is who they say", async () => {
    const { sam, noor, enter } = await tillWorld();
    expect(await enter("4071")).toEqual({ ok: true, value: sam });
    expect(await enter("5926", noor.id)).toEqual({ ok: true, value: noor });
    expect(await enter("5926", sam.id)).toEqual(refused({ code: "pin_wrong", attempts_left: 4 }));
  });

  test("five wrong PINs lock a person for a quarter of an hour, the right one included", async () => {
    const { world, sam, noor, enter } = await tillWorld();
    for (const attempts_left of [4, 3, 2, 1, 0]) {
      expect(await enter("1111", sam.id)).toEqual(refused({ code: "pin_wrong", attempts_left }));
    }
    const locked = refused({ code: "pin_locked", until_ms: START_MS + 15 * MINUTE_MS });
    expect(await enter("4071", sam.id)).toEqual(locked);
    expect(await enter("5926", noor.id)).toEqual({ ok: true, value: noor });

    // Trying on does not prolong it.
    world.ports.at_ms += 14 * MINUTE_MS;
    expect(await enter("4071", sam.id)).toEqual(locked);
    world.ports.at_ms += MINUTE_MS;
    expect(await enter("4071", sam.id)).toEqual({ ok: true, value: sam });
    expect(await enter("1111", sam.id)).toEqual(refused({ code: "pin_wrong", attempts_left: 4 }));
  });

  test("guesses at the same moment are counted one by one", async () => {
    const { sam, enter } = await tillWorld();
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => enter("1111", sam.id)));
    const codes = outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.error.code));
    expect(codes.filter((code) => code === "pin_wrong")).toHaveLength(5);
    expect(codes.filter((code) => code === "pin_locked")).toHaveLength(7);
  });

  test("a right PIN forgives a person's wrong ones", async () => {
    const { sam, enter } = await tillWorld();
    for (let index = 0; index < 4; index += 1) await enter("1111", sam.id);
    expect(await enter("4071", sam.id)).toEqual({ ok: true, value: sam });
    expect(await enter("1111", sam.id)).toEqual(refused({ code: "pin_wrong", attempts_left: 4 }));
  });

  test("a cashier cannot guess colleagues' PINs with their own in between", async () => {
    const { enter } = await tillWorld();
    for (let index = 0; index < 4; index += 1) {
      expect(await enter("1111")).toMatchObject(refused({ code: "pin_wrong" }));
      expect(await enter("4071")).toMatchObject({ ok: true });
    }
    expect(await enter("1111")).toEqual(refused({ code: "pin_wrong", attempts_left: 0 }));
    expect(await enter("4071")).toMatchObject(refused({ code: "pin_locked" }));
  });

  test("a new PIN lifts the lock", async () => {
    const { world, sam, enter } = await tillWorld();
    for (let index = 0; index < 6; index += 1) await enter("1111", sam.id);
    value(await setPin({ ctx: world.ctx, input: { id: sam.id, pin: "9318" } }));
    expect(await enter("9318", sam.id)).toMatchObject({ ok: true });
  });

  test("only people of its location are known, and tills of others are not", async () => {
    const { world, enter } = await tillWorld();
    const markt = value(await createLocation({ ctx: world.ctx, input: { name: "Markt" } }));
    const bo = value(await cashierAt(world, "Bo", "7340", markt.id));
    expect(await enter("7340")).toMatchObject(refused({ code: "pin_wrong" }));
    expect(await enter("7340", bo.id)).toEqual(refused({ code: "not_found", what: "staff" }));

    const other = await createWorld();
    const input = { till: world.till.id, pin: "4071" };
    expect(await verifyPin({ ctx: other.ctx, input })).toEqual(refused({ code: "not_found", what: "till" }));
  });
});

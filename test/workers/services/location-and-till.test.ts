import { describe, expect, test } from "vitest";
import { createKey } from "../../../src/workers/services/key/create.ts";
import { archiveLocation } from "../../../src/workers/services/location/archive.ts";
import { createLocation } from "../../../src/workers/services/location/create.ts";
import { listLocations } from "../../../src/workers/services/location/list.ts";
import { updateLocation } from "../../../src/workers/services/location/update.ts";
import { archiveTill } from "../../../src/workers/services/till/archive.ts";
import { createTill } from "../../../src/workers/services/till/create.ts";
import { listTills } from "../../../src/workers/services/till/list.ts";
import { updateTill } from "../../../src/workers/services/till/update.ts";
import { createWorld, MINUTE_MS, staffActor, START_MS, value, type World } from "./harness.ts";

const refused = (error: unknown) => ({ ok: false, error });

/** Fills a merchant up to a limit without going through the service each time. */
async function fill(world: World, table: "locations" | "tills", count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const row = { id: `x${index}`, name: "x", created_at_ms: START_MS };
    const { locations, tills } = world.tenant;
    await world.tenant.batch([
      table === "locations"
        ? locations.insert({ ...row, country: "NL", timezone: "UTC", opening_hours: [] })
        : tills.insert({ ...row, location: world.location.id }),
    ]);
  }
}

describe("locations", () => {
  test("are opened with the merchant's country and zone unless told otherwise, and reach the edge", async () => {
    const world = await createWorld();
    world.ports.at_ms += MINUTE_MS;
    const input = {
      name: "  Markt ",
      timezone: "Europe/Berlin",
      opening_hours: [
        { weekday: 2, opens: "13:00", closes: "24:00" },
        { weekday: 2, opens: "09:00", closes: "12:00" },
      ],
    } as const;
    const made = value(await createLocation({ ctx: world.ctx, input }));

    expect(made).toEqual({
      id: made.id,
      name: "Markt",
      country: "NL",
      timezone: "Europe/Berlin",
      opening_hours: [input.opening_hours[1], input.opening_hours[0]],
      created_at_ms: START_MS + MINUTE_MS,
      archived_at_ms: null,
    });
    expect(value(await listLocations({ ctx: world.ctx, input: {} }))).toEqual([world.location, made]);
    expect(
      world.ports.registry
        .config(world.locator)
        .locations.map(({ id }) => id)
        .toSorted(),
    ).toEqual([world.location.id, made.id].toSorted());
  });

  test.each([
    [
      "that overlap",
      [
        { weekday: 1, opens: "09:00", closes: "12:00" },
        { weekday: 1, opens: "11:00", closes: "13:00" },
      ],
    ],
    ["that close before they open", [{ weekday: 1, opens: "22:00", closes: "02:00" }]],
  ] as const)("cannot have hours %s", async (_what, hours) => {
    const world = await createWorld();
    const input = { id: world.location.id, opening_hours: [...hours] };
    expect(await updateLocation({ ctx: world.ctx, input })).toMatchObject(refused({ code: "invalid_input" }));
  });

  test("change in what is given, also by their own manager", async () => {
    const world = await createWorld();
    const ctx = world.as(staffActor("manager", world.location.id));
    const changed = value(await updateLocation({ ctx, input: { id: world.location.id, name: "Haven 2" } }));

    expect(changed).toEqual({ ...world.location, name: "Haven 2" });
    expect(world.ports.registry.config(world.locator)).toMatchObject({ version: 2, locations: [{ name: "Haven 2" }] });
  });

  test("stay as they are when nothing is given, and no version is spent", async () => {
    const world = await createWorld();
    const same = value(await updateLocation({ ctx: world.ctx, input: { id: world.location.id } }));
    expect(same).toEqual(world.location);
    expect(world.ports.registry.config(world.locator).version).toBe(1);
  });

  test("are closed once their tills are gone, but never the last one", async () => {
    const world = await createWorld();
    const { ctx } = world;
    const input = { id: world.location.id };
    expect(await archiveLocation({ ctx, input })).toEqual(refused({ code: "location_has_tills" }));
    value(await archiveTill({ ctx, input: { id: world.till.id } }));
    expect(await archiveLocation({ ctx, input })).toEqual(refused({ code: "last_location" }));
    value(await createLocation({ ctx, input: { name: "Markt" } }));

    const closed = value(await archiveLocation({ ctx, input }));
    expect(closed.archived_at_ms).toBe(START_MS);
    expect(value(await archiveLocation({ ctx, input }))).toEqual(closed);
    expect(value(await listLocations({ ctx, input: {} })).map(({ name }) => name)).toEqual(["Markt"]);
    expect(value(await listLocations({ ctx, input: { archived: true } }))).toContainEqual(closed);
    expect(world.ports.registry.config(world.locator).locations.map(({ name }) => name)).toEqual(["Markt"]);
    expect(await updateLocation({ ctx, input: { ...input, name: "x" } })).toEqual(
      refused({ code: "not_found", what: "location" }),
    );
  });

  test("of another merchant are not found", async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    const input = { id: theirs.location.id };
    const notFound = refused({ code: "not_found", what: "location" });

    expect(await updateLocation({ ctx: mine.ctx, input: { ...input, name: "x" } })).toEqual(notFound);
    expect(await archiveLocation({ ctx: mine.ctx, input })).toEqual(notFound);
    expect(await createTill({ ctx: mine.ctx, input: { location: theirs.location.id, name: "x" } })).toEqual(notFound);
    expect(value(await listLocations({ ctx: theirs.ctx, input: { archived: true } }))).toEqual([theirs.location]);
  });

  test("are at most a hundred in use", async () => {
    const world = await createWorld();
    await fill(world, "locations", 98);
    value(await createLocation({ ctx: world.ctx, input: { name: "the hundredth" } }));

    expect(await createLocation({ ctx: world.ctx, input: { name: "one more" } })).toEqual(
      refused({ code: "limit_reached", what: "location", max: 100 }),
    );
  });

  test("are at most a hundred in use when opened at the same moment", async () => {
    const world = await createWorld();
    await fill(world, "locations", 98);
    const outcomes = await Promise.all(
      ["a", "b", "c"].map((name) => createLocation({ ctx: world.ctx, input: { name } })),
    );

    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const [[counts]] = await world.tenant.batch([world.tenant.locations.counts()]);
    expect(counts?.active).toBe(100);
  });

  test("are opened by owners only", async () => {
    const world = await createWorld();
    for (const role of ["manager", "cashier"] as const) {
      const ctx = world.as(staffActor(role, world.location.id));
      expect(await createLocation({ ctx, input: { name: "x" } })).toEqual(refused({ code: "forbidden" }));
      expect(await archiveLocation({ ctx, input: { id: world.location.id } })).toEqual(refused({ code: "forbidden" }));
    }
  });
});

describe("tills", () => {
  test("are set up, renamed and listed", async () => {
    const world = await createWorld();
    const { ctx } = world;
    const made = value(await createTill({ ctx, input: { location: world.location.id, name: "Kassa 2" } }));
    const renamed = value(await updateTill({ ctx, input: { id: made.id, name: "Terras" } }));

    expect(renamed).toEqual({
      id: made.id,
      name: "Terras",
      location: world.location.id,
      created_at_ms: START_MS,
      archived_at_ms: null,
    });
    expect(value(await listTills({ ctx, input: {} }))).toEqual(expect.arrayContaining([world.till, renamed]));
    expect(world.ports.registry.config(world.locator).tills).toContainEqual({
      id: made.id,
      name: "Terras",
      location: world.location.id,
    });
  });

  test("lose their keys when they are archived", async () => {
    const world = await createWorld();
    const { ctx } = world;
    value(await createKey({ ctx, input: { till: world.till.id, mode: "live", scopes: ["sell"] } }));
    expect(world.ports.registry.config(world.locator).keys).toHaveLength(1);

    const archived = value(await archiveTill({ ctx, input: { id: world.till.id } }));
    expect(archived).toEqual({ ...world.till, archived_at_ms: START_MS });
    expect(world.ports.registry.config(world.locator)).toMatchObject({ tills: [], keys: [] });
    expect(value(await listTills({ ctx, input: {} }))).toEqual([]);
    expect(value(await listTills({ ctx, input: { archived: true } }))).toEqual([archived]);
    expect(await updateTill({ ctx, input: { id: world.till.id, name: "x" } })).toEqual(
      refused({ code: "not_found", what: "till" }),
    );
  });

  test("are run by the manager of their location and by no other", async () => {
    const world = await createWorld();
    const markt = value(await createLocation({ ctx: world.ctx, input: { name: "Markt" } }));
    const ctx = world.as(staffActor("manager", markt.id));

    value(await createTill({ ctx, input: { location: markt.id, name: "Kassa M" } }));
    const forbidden = refused({ code: "forbidden" });
    expect(await createTill({ ctx, input: { location: world.location.id, name: "x" } })).toEqual(forbidden);
    expect(await updateTill({ ctx, input: { id: world.till.id, name: "x" } })).toEqual(forbidden);
    expect(await archiveTill({ ctx, input: { id: world.till.id } })).toEqual(forbidden);
    expect(await listTills({ ctx: world.as(staffActor("cashier", markt.id)), input: {} })).toEqual(forbidden);
  });

  test("of another merchant are not found", async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    const notFound = refused({ code: "not_found", what: "till" });

    expect(await updateTill({ ctx: mine.ctx, input: { id: theirs.till.id, name: "x" } })).toEqual(notFound);
    expect(await archiveTill({ ctx: mine.ctx, input: { id: theirs.till.id } })).toEqual(notFound);
    expect(value(await listTills({ ctx: theirs.ctx, input: {} }))).toEqual([theirs.till]);
  });

  test("are at most five hundred in use", async () => {
    const world = await createWorld();
    await fill(world, "tills", 499);

    expect(await createTill({ ctx: world.ctx, input: { location: world.location.id, name: "x" } })).toEqual(
      refused({ code: "limit_reached", what: "till", max: 500 }),
    );
  });
});

import { describe, expect, test } from "vitest";
import { archiveItem } from "../../../src/workers/services/item/archive.ts";
import { createItem } from "../../../src/workers/services/item/create.ts";
import { listItems } from "../../../src/workers/services/item/list.ts";
import type { Item } from "../../../src/workers/services/item/schemas.ts";
import { ITEM_TEXT_BYTES_MAX, textBytesOf } from "../../../src/workers/services/item/text-budget.ts";
import { updateItem } from "../../../src/workers/services/item/update.ts";
import { upsertItems } from "../../../src/workers/services/item/upsert.ts";
import { createWorld, staffActor, START_MS, value, type World } from "./harness.ts";

const refused = (error: unknown) => ({ ok: false, error });
const coffee = { sku: "COF", name: "Koffie", price: 320, category: "warm", tax_rate: "9", button_order: 2 };

async function listAll(world: World, archived = false): Promise<readonly Item[]> {
  return value(await listItems({ ctx: world.ctx, input: { archived, limit: 500 } })).data;
}

/** Imports `count` items, a thousand at a time. */
async function fill(world: World, count: number): Promise<void> {
  for (let start = 0; start < count; start += 1_000) {
    const items = Array.from({ length: Math.min(1_000, count - start) }, (_, index) => {
      const number = start + index;
      return { sku: `s${number}`, name: `Item ${number}` };
    });
    value(await upsertItems({ ctx: world.ctx, input: { items } }));
  }
}

describe("items", () => {
  test("are added, and reach the edge", async () => {
    const world = await createWorld();
    const made = value(await createItem({ ctx: world.ctx, input: coffee }));

    expect(made).toEqual({ ...coffee, id: made.id, created_at_ms: START_MS, archived_at_ms: null });
    expect(await listAll(world)).toEqual([made]);
    expect(world.ports.registry.config(world.locator).items).toEqual([
      { sku: "COF", name: "Koffie", category: "warm", price: 320, tax_rate: "9" },
    ]);
  });

  test("change in what is given; null clears", async () => {
    const world = await createWorld();
    const made = value(await createItem({ ctx: world.ctx, input: coffee }));
    const changed = value(await updateItem({ ctx: world.ctx, input: { id: made.id, price: null, name: "Filter" } }));

    expect(changed).toEqual({ ...made, price: null, name: "Filter" });
    expect(await listAll(world)).toEqual([changed]);
  });

  test("have a sku that no other item in use has", async () => {
    const world = await createWorld();
    const made = value(await createItem({ ctx: world.ctx, input: coffee }));
    const tea = value(await createItem({ ctx: world.ctx, input: { sku: "TEA", name: "Thee" } }));
    const taken = refused({ code: "sku_taken" });
    expect(await createItem({ ctx: world.ctx, input: coffee })).toEqual(taken);
    expect(await updateItem({ ctx: world.ctx, input: { id: tea.id, sku: "COF" } })).toEqual(taken);

    const archived = value(await archiveItem({ ctx: world.ctx, input: { id: made.id } }));
    expect(value(await archiveItem({ ctx: world.ctx, input: { id: made.id } }))).toEqual(archived);
    const again = value(await createItem({ ctx: world.ctx, input: coffee }));
    expect(again.id).not.toBe(made.id);
    expect((await listAll(world)).map(({ id }) => id)).toEqual([tea.id, again.id]);
    expect(await listAll(world, true)).toHaveLength(3);
    expect(world.ports.registry.config(world.locator).items).toHaveLength(2);
  });

  test.each(["21", "5.5", "0", "100"])("may be taxed at %s percent", async (tax_rate) => {
    const world = await createWorld();
    expect(value(await createItem({ ctx: world.ctx, input: { ...coffee, tax_rate } })).tax_rate).toBe(tax_rate);
  });

  test.each([
    { tax_rate: "100.1" },
    { tax_rate: "9%" },
    { tax_rate: "-1" },
    { price: -1 },
    { price: 1.5 },
    { sku: "" },
    { name: "a\tb" },
    { colour: "red" },
  ])("cannot have %o", async (wrong) => {
    const world = await createWorld();
    expect(await createItem({ ctx: world.ctx, input: { ...coffee, ...wrong } })).toMatchObject(
      refused({ code: "invalid_input" }),
    );
  });

  test("are listed in pages, in the order of their buttons", async () => {
    const world = await createWorld();
    const items = [5, 3, 3, 1, 4].map((button_order, index) => ({ sku: `s${index}`, name: "x", button_order }));
    value(await upsertItems({ ctx: world.ctx, input: { items } }));
    const first = value(await listItems({ ctx: world.ctx, input: { limit: 3 } }));
    const second = value(await listItems({ ctx: world.ctx, input: { limit: 3, cursor: first.next_cursor } }));

    expect([...first.data, ...second.data].map(({ button_order }) => button_order)).toEqual([1, 3, 3, 4, 5]);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(5);
    expect(second.next_cursor).toBeNull();
  });

  test("are changed by owners only", async () => {
    const world = await createWorld();
    const ctx = world.as(staffActor("manager", world.location.id));
    expect(await createItem({ ctx, input: coffee })).toEqual(refused({ code: "forbidden" }));
    expect(await upsertItems({ ctx, input: { items: [coffee] } })).toEqual(refused({ code: "forbidden" }));
    expect(value(await listItems({ ctx, input: {} })).data).toEqual([]);
  });

  test("of another merchant are not found", async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    const made = value(await createItem({ ctx: theirs.ctx, input: coffee }));
    const notFound = refused({ code: "not_found", what: "item" });

    expect(await updateItem({ ctx: mine.ctx, input: { id: made.id, name: "x" } })).toEqual(notFound);
    expect(await archiveItem({ ctx: mine.ctx, input: { id: made.id } })).toEqual(notFound);
    value(await upsertItems({ ctx: mine.ctx, input: { items: [{ ...coffee, name: "Mine" }] } }));
    expect(await listAll(theirs)).toEqual([made]);
  });
});

describe("an import", () => {
  test("adds what is new and replaces what is in use, by sku", async () => {
    const world = await createWorld();
    const made = value(await createItem({ ctx: world.ctx, input: coffee }));
    const items = [
      { sku: "COF", name: `Koffie "groot" é`, price: null },
      { sku: "TEA", name: "Thee", tax_rate: "5.50", button_order: 9 },
    ];

    expect(value(await upsertItems({ ctx: world.ctx, input: { items } }))).toEqual({ created: 1, updated: 1 });
    const [first, second] = await listAll(world);
    expect(first).toEqual({
      ...made,
      name: `Koffie "groot" é`,
      price: null,
      category: null,
      tax_rate: null,
      button_order: 0,
    });
    expect(second).toMatchObject({ sku: "TEA", price: null, tax_rate: "5.50", button_order: 9 });
    expect(world.ports.registry.config(world.locator).version).toBe(3);
  });

  test("names each sku once", async () => {
    const world = await createWorld();
    expect(await upsertItems({ ctx: world.ctx, input: { items: [coffee, coffee] } })).toMatchObject(
      refused({ code: "invalid_input", issues: [{ path: "items" }] }),
    );
  });

  test("stops at ten thousand items, all or none", async () => {
    const world = await createWorld();
    await fill(world, 9_999);
    const items = ["s0", "new1", "new2"].map((sku) => ({ sku, name: "x" }));
    const full = refused({ code: "limit_reached", what: "item", max: 10_000 });

    expect(await upsertItems({ ctx: world.ctx, input: { items } })).toEqual(full);
    value(await upsertItems({ ctx: world.ctx, input: { items: items.slice(0, 2) } }));
    expect(await createItem({ ctx: world.ctx, input: coffee })).toEqual(full);
    const config = world.ports.registry.config(world.locator);
    expect(config.items).toHaveLength(10_000);
    expect(config.items.find(({ sku }) => sku === "s0")?.name).toBe("x");
  });

  test("stops when the texts are longer than the edge can hold", async () => {
    const world = await createWorld();
    // Quotes and emoji take more as JSON than they show.
    const name = `${'"'.repeat(40)}${"🍰".repeat(40)}`;
    const items = Array.from({ length: 1_000 }, (_, index) => ({ sku: `s${index}`, name }));
    const each = textBytesOf([{ sku: "s100", name, category: null }]);
    value(await upsertItems({ ctx: world.ctx, input: { items } }));
    const more = Array.from({ length: 1_000 }, (_, index) => ({ sku: `t${index}`, name }));
    value(await upsertItems({ ctx: world.ctx, input: { items: more } }));

    const [[counts]] = await world.tenant.batch([world.tenant.items.counts()]);
    expect(counts?.text_bytes).toBe(textBytesOf([...items, ...more].map((item) => ({ ...item, category: null }))));
    expect(each * 3_000).toBeGreaterThan(ITEM_TEXT_BYTES_MAX);
    const third = Array.from({ length: 1_000 }, (_, index) => ({ sku: `u${index}`, name }));
    expect(await upsertItems({ ctx: world.ctx, input: { items: third } })).toEqual(
      refused({ code: "limit_reached", what: "item_text", max: ITEM_TEXT_BYTES_MAX }),
    );
    // What is replaced does not count twice.
    value(await upsertItems({ ctx: world.ctx, input: { items } }));
  });
});

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { getDraft } from "../../../src/workers/services/program/get-draft.ts";
import { getProgramVersion } from "../../../src/workers/services/program/get-version.ts";
import { listProgramVersions } from "../../../src/workers/services/program/list-versions.ts";
import { EFFECTIVE_LEAD_MS, publishProgram } from "../../../src/workers/services/program/publish.ts";
import { saveDraft } from "../../../src/workers/services/program/save-draft.ts";
import { createWorld, DAY_MS, programJson, staffActor, START_MS, value, type World } from "./harness.ts";

const refused = (error: unknown) => ({ ok: false, error });

function publish(world: World, name: string, terms: { effective_at_ms?: number; note?: string } = {}) {
  return publishProgram({ ctx: world.ctx, input: { json: programJson(name), ...terms } });
}

describe("a draft", () => {
  test("is kept as it is typed, and says what is wrong with it", async () => {
    const world = await createWorld();
    expect(value(await getDraft({ ctx: world.ctx }))).toBeNull();
    const json = `{ "schema": 1,\n "name": "half" }`;
    const saved = value(await saveDraft({ ctx: world.ctx, input: { json, revision: 0 } }));

    expect(saved).toMatchObject({ revision: 1, json, updated_at_ms: START_MS, updated_by: world.owner?.id });
    expect(saved.issues.map(({ path }) => path)).toContain("currency");
    expect(value(await getDraft({ ctx: world.ctx }))).toEqual(saved);
    const better = value(await saveDraft({ ctx: world.ctx, input: { json: programJson(), revision: 1 } }));
    expect(better).toMatchObject({ revision: 2, issues: [] });
    expect(world.ports.registry.config(world.locator).version).toBe(1);
  });

  test("is not overwritten by somebody who has not read it", async () => {
    const world = await createWorld();
    value(await saveDraft({ ctx: world.ctx, input: { json: `{"a":1}`, revision: 0 } }));
    const changed = refused({ code: "draft_changed" });

    expect(await saveDraft({ ctx: world.ctx, input: { json: `{"a":2}`, revision: 0 } })).toEqual(changed);
    expect(await saveDraft({ ctx: world.ctx, input: { json: `{"a":2}`, revision: 7 } })).toEqual(changed);
    expect(value(await getDraft({ ctx: world.ctx }))?.json).toBe(`{"a":1}`);
  });

  test.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["too large", JSON.stringify({ a: "é".repeat(33_000) })],
  ])("that is %s is refused", async (_what, json) => {
    const world = await createWorld();
    expect(await saveDraft({ ctx: world.ctx, input: { json, revision: 0 } })).toMatchObject(
      refused({ code: "invalid_input", issues: [{ path: "json" }] }),
    );
  });

  test("is published as it stands, when it still is the one that was read", async () => {
    const world = await createWorld();
    const json = JSON.stringify(JSON.parse(programJson()), null, 2);
    value(await saveDraft({ ctx: world.ctx, input: { json, revision: 0 } }));
    expect(await publishProgram({ ctx: world.ctx, input: { draft_revision: 2 } })).toEqual(
      refused({ code: "draft_changed" }),
    );

    const version = value(await publishProgram({ ctx: world.ctx, input: { draft_revision: 1 } }));
    expect(version.hash).toBe(createHash("sha256").update(json).digest("hex"));
    expect(world.ports.registry.program(world.locator, 1)?.json).toBe(json);
  });
});

describe("publishing", () => {
  test("the first version takes effect at once, the next after a lead", async () => {
    const world = await createWorld();
    const first = value(await publish(world, "one", { note: "  hello " }));
    const second = value(await publish(world, "two"));

    expect(first).toEqual({
      version: 1,
      effective_at_ms: START_MS,
      hash: createHash("sha256").update(programJson("one")).digest("hex"),
      published_by: world.owner?.id,
      published_at_ms: START_MS,
      note: "hello",
    });
    expect(second).toMatchObject({ version: 2, effective_at_ms: START_MS + EFFECTIVE_LEAD_MS, note: null });
    expect(value(await listProgramVersions({ ctx: world.ctx, input: {} }))).toEqual([second, first]);
    expect(value(await listProgramVersions({ ctx: world.ctx, input: { before: 2 } }))).toEqual([first]);
    expect(value(await getProgramVersion({ ctx: world.ctx, input: { version: 1 } }))).toEqual({
      ...first,
      json: programJson("one"),
    });
    for (const mode of ["live", "test"] as const) {
      expect(world.ports.registry.config(world.locator, mode).programs).toEqual(
        [first, second].map(({ version, effective_at_ms, hash }) => ({ version, effective_at_ms, hash })),
      );
      expect(world.ports.registry.program(world.locator, 2, mode)?.json).toBe(programJson("two"));
    }
  });

  test("is refused nearer than 90 seconds, before the last version, and beyond a year", async () => {
    const world = await createWorld({ program_json: programJson("one") });
    const soon = START_MS + EFFECTIVE_LEAD_MS;
    expect(await publish(world, "two", { effective_at_ms: soon - 1 })).toEqual(
      refused({ code: "effective_too_soon", bound_ms: soon }),
    );
    const scheduled = value(await publish(world, "two", { effective_at_ms: START_MS + DAY_MS }));
    expect(await publish(world, "three", { effective_at_ms: soon })).toEqual(
      refused({ code: "effective_too_soon", bound_ms: scheduled.effective_at_ms }),
    );
    expect(await publish(world, "three", { effective_at_ms: START_MS + 367 * DAY_MS })).toMatchObject(
      refused({ code: "effective_too_late" }),
    );
    expect(value(await publish(world, "three")).effective_at_ms).toBe(scheduled.effective_at_ms);
  });

  test("of an invalid document names every issue and publishes nothing", async () => {
    const world = await createWorld();
    const json = JSON.stringify({ ...JSON.parse(programJson()), locale: "fr", timezone: "Mars/Olympus" });
    const outcome = await publishProgram({ ctx: world.ctx, input: { json } });

    expect(outcome).toMatchObject(refused({ code: "invalid_program" }));
    expect(outcome.ok ? [] : outcome.error).toMatchObject({ issues: [{ path: "timezone" }, { path: "locale" }] });
    expect(value(await listProgramVersions({ ctx: world.ctx, input: {} }))).toEqual([]);
  });

  test("of the same text again is refused, of an earlier one is not", async () => {
    const world = await createWorld({ program_json: programJson("one") });
    expect(await publish(world, "one")).toEqual(refused({ code: "program_unchanged", version: 1 }));
    value(await publish(world, "two"));
    expect(value(await publish(world, "one")).version).toBe(3);
  });

  test("at the same moment numbers each version once", async () => {
    const world = await createWorld();
    const outcomes = await Promise.all(["a", "b", "c"].map((name) => publish(world, name)));
    expect(outcomes.map((outcome) => value(outcome).version).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
  });

  test("is the owner's business; a manager may look", async () => {
    const world = await createWorld({ program_json: programJson() });
    const ctx = world.as(staffActor("manager", world.location.id));
    expect(await publishProgram({ ctx, input: { json: programJson("x") } })).toEqual(refused({ code: "forbidden" }));
    expect(await saveDraft({ ctx, input: { json: "{}", revision: 0 } })).toEqual(refused({ code: "forbidden" }));
    expect(value(await listProgramVersions({ ctx, input: {} }))).toHaveLength(1);
  });

  test("needs one source, not two and not none", async () => {
    const world = await createWorld();
    for (const input of [{}, { json: programJson(), draft_revision: 1 }]) {
      expect(await publishProgram({ ctx: world.ctx, input })).toMatchObject(refused({ code: "invalid_input" }));
    }
  });

  test("shows another merchant nothing", async () => {
    const [mine, theirs] = [await createWorld(), await createWorld({ program_json: programJson() })];
    value(await saveDraft({ ctx: theirs.ctx, input: { json: "{}", revision: 0 } }));

    expect(await getProgramVersion({ ctx: mine.ctx, input: { version: 1 } })).toEqual(
      refused({ code: "not_found", what: "program_version" }),
    );
    expect(value(await listProgramVersions({ ctx: mine.ctx, input: {} }))).toEqual([]);
    expect(value(await getDraft({ ctx: mine.ctx }))).toBeNull();
    expect(value(await publish(mine, "mine")).version).toBe(1);
  });
});

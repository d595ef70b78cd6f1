import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bundle } from "../../bench/build.ts";
import { crash } from "../crash/crash.ts";
import { build } from "../crash/platform.ts";
import { freePort } from "./support/start-process.ts";

let folder: string;
let bundles: readonly [Bundle, Bundle];
const SMALL = { clients: 16, members: 5, acks_per_round: 60, alarms_ms: 0 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stempel-crash-"));
  bundles = await Promise.all([
    build(join(folder, "product")),
    build(join(folder, "hasty"), "test/crash/hasty-worker.ts"),
  ]);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("what was acknowledged survives SIGKILL, once, with its chain and its projection", async () => {
  const state = join(folder, "state");
  const report = await crash({ ...SMALL, state, port: await freePort(), bundle: bundles[0], rounds: 2 });

  expect(report.acked).toBeGreaterThan(120);
  expect(report).toMatchObject({ lost: 0, doubled: 0, wrong: [], projections_behind: 0 });
});

test("a build that acknowledges before it commits is caught (negative control)", async () => {
  const state = join(folder, "hasty-state");
  const report = await crash({ ...SMALL, state, port: await freePort(), bundle: bundles[1], rounds: 1 });

  expect(report.lost).toBeGreaterThan(0);
});

import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkLedger } from "../../scripts/verify/check-ledger.ts";
import { NodeSide } from "./sides/node-side.ts";
import { brokenBuilds } from "./broken.ts";
import type { World } from "./world.ts";
import { modelRuns, playModel, type Story, stories } from "./play.ts";

const { sequences, from, commands, seed, seconds_max } = modelRuns();

test(`${sequences} sequences of up to ${commands} commands agree with the reference ledger (seed ${seed})`, async () => {
  const started = performance.now();
  let steps = 0;
  let lived = 0;
  const happened = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(stories(commands), async (story) => {
      const world = await playOnNode(story);
      steps += world.steps;
      lived += 1;
      for (const [what, count] of world.auditor.happened) happened.set(what, (happened.get(what) ?? 0) + count);
    }),
    {
      seed,
      numRuns: sequences - from,
      path: from === 0 ? "" : String(from),
      endOnFailure: process.env["MODEL_SHRINK"] === undefined,
      interruptAfterTimeLimit: seconds_max * 1000,
    },
  );
  expect(steps).toBeGreaterThan(lived);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`model: ${lived} sequences, ${steps} commands, seed ${seed}, ${seconds} s`);
  const often = [...happened].sort(([, left], [, right]) => right - left);
  console.log(`bookings that showed ${often.map(([what, count]) => `${what} ${count}`).join(", ")}`);
}, 3_600_000);

/** Lives a story through and then has the auditor of `npm run verify` read every ledger from the beginning. */
async function playOnNode(story: Story): Promise<World> {
  const side = new NodeSide();
  const world = await playModel(story, side);
  for (const account of world.accounts) {
    expect(checkLedger(side.objectName(account), side.rows(account)).findings).toEqual([]);
  }
  return world;
}

test.each(brokenBuilds)("%s is caught (negative control)", async (_what, side, needs) => {
  const result = await fc.check(
    fc.asyncProperty(
      stories(100).filter(({ program }) => program.includes(needs)),
      async (story) => {
        await playModel(story, side());
      },
    ),
    { seed, numRuns: 300, endOnFailure: true },
  );
  expect(result.failed).toBe(true);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { playModel, stories } from "../../model/play.ts";
import { START_MS } from "../../model/world.ts";
import { WorkerdSide } from "./workerd-side.ts";

const SEED = 20_261_122;
const SEQUENCES = 4;
const COMMANDS = 40;

test(`${SEQUENCES} sequences on real objects, evicted along the way, agree with the reference ledger (seed ${SEED})`, async () => {
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(stories(COMMANDS, { alarms: false }), async (story) => {
      steps += (await playModel(story, new WorkerdSide(START_MS))).steps;
    }),
    { seed: SEED, numRuns: SEQUENCES, endOnFailure: true },
  );
  expect(steps).toBeGreaterThan(SEQUENCES);
}, 120_000);

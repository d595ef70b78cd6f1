import { performance } from "node:perf_hooks";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkLedger } from "../../scripts/verify/check-ledger.ts";
import type { AccountState } from "../../src/domain/ledger/state.ts";
import { NodeSide } from "./sides/node-side.ts";
import type { World } from "./world.ts";
import { modelRuns, playModel, type Story, stories } from "./play.ts";

const { sequences, commands, seed } = modelRuns();

test(`${sequences} sequences of up to ${commands} commands agree with the reference ledger (seed ${seed})`, async () => {
  const started = performance.now();
  let steps = 0;
  const happened = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(stories(commands), async (story) => {
      const world = await playOnNode(story);
      steps += world.steps;
      for (const [what, count] of world.auditor.happened) happened.set(what, (happened.get(what) ?? 0) + count);
    }),
    { seed, numRuns: sequences, endOnFailure: process.env["MODEL_SHRINK"] === undefined },
  );
  expect(steps).toBeGreaterThan(sequences);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`model: ${sequences} sequences, ${steps} commands, seed ${seed}, ${seconds} s`);
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

const broken: [what: string, side: () => NodeSide][] = [
  [
    "a ledger that does not look at keys",
    () =>
      new (class extends NodeSide {
        #count = 0;
        override run(account: string, message: Parameters<NodeSide["run"]>[1]) {
          const idem = message.idem === null ? null : `${message.idem} ${(this.#count += 1)}`;
          return super.run(account, { ...message, idem });
        }
      })(),
  ],
  [
    "an object that forgets a booking when it is evicted",
    () =>
      new (class extends NodeSide {
        override evict(account: string): void {
          this.forgetNewest(account);
          super.evict(account);
        }
      })(),
  ],
  [
    "a state that loses fractions of points",
    () =>
      new (class extends NodeSide {
        override state(account: string): AccountState | null {
          const state = super.state(account);
          return state === null ? null : { ...state, remainders: {} };
        }
      })(),
  ],
  [
    "a clock that runs a minute late",
    () =>
      new (class extends NodeSide {
        override setNow(now_ms: number): void {
          super.setNow(now_ms - 60_000);
        }
      })(),
  ],
];

test.each(broken)("%s is caught (negative control)", async (_what, side) => {
  const result = await fc.check(
    fc.asyncProperty(stories(100), async (story) => {
      await playModel(story, side());
    }),
    { seed, numRuns: 40, endOnFailure: true },
  );
  expect(result.failed).toBe(true);
});

import { setTimeout as wait } from "node:timers/promises";
import type { Bundle } from "../../bench/build.ts";
import { behind, readLedgers } from "./inspect.ts";
import { loadTools, type MortalPlatform, startMortal } from "./platform.ts";
import { Tills } from "./till.ts";

export interface CrashPlan {
  readonly state: string;
  readonly port: number;
  readonly bundle: Bundle;
  readonly rounds: number;
  readonly clients: number;
  readonly members: number;
  /** Acknowledged writes a round waits for before it kills; then at random within a moment. */
  readonly acks_per_round: number;
  /** How long alarms alone may bring what insights lacks, before everybody gets one more sale. */
  readonly alarms_ms: number;
  readonly log?: (line: string) => void;
}

export interface CrashReport {
  readonly rounds: number;
  readonly acked: number;
  /** Writes whose answer a crash cut off, and that were sent again under their keys. */
  readonly asked_again: number;
  readonly lost: number;
  readonly doubled: number;
  /** What the verifier and the replays found wrong. */
  readonly wrong: readonly string[];
  /**
   * Accounts whose last bookings came with their next sale: they died between commit and delivery while an alarm for
   * another reason was set far ahead. Without a next sale the weekly walk finds them (decision 12).
   */
  readonly brought_by_next_sale: number;
  /** Accounts that insights has not heard out in the end. */
  readonly projections_behind: number;
  readonly seconds: number;
}

const KILL_WITHIN_MS = 300;
const CONVERGE_MS = 60_000;

/** Kills the runtime again and again while tills write, and compares in the end what was promised with what lies on disk. */
export async function crash(plan: CrashPlan): Promise<CrashReport> {
  const started = performance.now();
  const tools = await loadTools();
  const start = () => startMortal(tools, plan.state, plan.port, plan.bundle);
  let platform: MortalPlatform = await start();
  const wrong: string[] = [];
  try {
    const tills = await Tills.open(`http://127.0.0.1:${plan.port}`, plan.clients, plan.members);
    for (let round = 1; round <= plan.rounds; round += 1) {
      await writeAndKill(plan, tills, platform);
      platform = await start();
      wrong.push(...(await tills.askAgain(20)));
      plan.log?.(`round ${round}: ${tills.acked.size} acknowledged`);
    }
    const unheard = await converge(plan.state, plan.alarms_ms);
    if (unheard.length > 0) await tills.touchAll();
    const late = await converge(plan.state, CONVERGE_MS);
    await platform.stop();
    const { keys, wrong: broken } = readLedgers(plan.state);
    const count = [...tills.acked.keys()].map((key) => keys.get(key) ?? 0);
    return {
      rounds: plan.rounds,
      acked: tills.acked.size,
      asked_again: tills.replayed,
      lost: count.filter((times) => times === 0).length,
      doubled: [...keys.values()].filter((times) => times > 1).length,
      wrong: [...wrong, ...broken],
      brought_by_next_sale: unheard.length,
      projections_behind: late.length,
      seconds: (performance.now() - started) / 1000,
    };
  } catch (error) {
    await platform.stop().catch(() => null);
    throw error;
  }
}

async function writeAndKill(
  { clients, acks_per_round }: CrashPlan,
  tills: Tills,
  platform: MortalPlatform,
): Promise<void> {
  const over = new AbortController();
  const target = tills.acked.size + acks_per_round;
  const writing = tills.writeUntil(over.signal, clients);
  while (tills.acked.size < target) await wait(5);
  await wait(Math.random() * KILL_WITHIN_MS);
  const killed = platform.kill();
  over.abort();
  await Promise.all([killed, writing]);
}

/** Waits until insights has everything; answers the accounts that it has not heard out by then. */
async function converge(state: string, within_ms: number): Promise<string[]> {
  const deadline = performance.now() + within_ms;
  for (;;) {
    const late = behind(state);
    if (late.length === 0 || performance.now() > deadline) return late;
    await wait(250);
  }
}

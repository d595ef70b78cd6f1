import { stockGuard, type StockGuardClient } from "../../../durable/merchant-guard/client.ts";
import { compiledProgram } from "../../../durable/member-account/programs.ts";
import { locationHintFor } from "../../../durable/shared/namespace.ts";
import { ProblemError } from "../../http/problem.ts";
import { idemOf, type PosDesk } from "./desk.ts";

/** How much longer than the redemption its reservation lasts: a Worker may take so long from one to the other. */
const MARGIN_MS = 2 * 60_000;

/** A reward that is about to be given to an account. */
export interface StockedGift {
  /** Null when no reward is asked for. */
  readonly reward: string | null;
  readonly account: string;
  readonly key: string;
}

/**
 * Runs what gives a reward; when the reward has a stock its guard is asked first, which is one call, and none otherwise.
 * Nobody needs to tell the guard what came of it: when somebody would go without, it asks the account.
 *
 * @throws ProblemError `out_of_stock`
 */
export async function underStock<Value>(
  desk: PosDesk,
  { reward, account, key }: StockedGift,
  run: () => Promise<Value>,
): Promise<Value> {
  const [payload] = await desk.programsAt(desk.now_ms);
  const program = compiledProgram(payload);
  const stock = reward === null ? undefined : program.rewards.get(reward)?.stock_max;
  if (reward === null || stock === undefined) return run();
  const guard = guardOf(desk, reward);
  const booking = claimName(account, idemOf(desk, key));
  const reserved = await guard.reserve({
    booking,
    quantity: 1,
    stock,
    reserved_until_ms: desk.now_ms + program.document.holds.minutes * 60_000 + MARGIN_MS,
    clock_offset_ms: desk.parts.config.clock_offset_ms,
  });
  // What was given before and has ended since is told again, stock or none.
  if (!reserved.ok && !(await desk.account(account).knowsKey(idemOf(desk, key)))) {
    throw new ProblemError(reserved.error.code);
  }
  try {
    return await run();
  } catch (error) {
    // Refused; whatever else happened is not known, and then the reservation's time runs out.
    if (error instanceof ProblemError) await guard.settle({ booking }).catch(() => undefined);
    throw error;
  }
}

/** Lets the guard know that what an account had taken of a reward may be free again. It finds out without this too, only later. */
export async function releaseStock(desk: PosDesk, reward: string | null, account: string, idem: string): Promise<void> {
  const [payload] = await desk.programsAt(desk.now_ms);
  if (reward === null || compiledProgram(payload).rewards.get(reward)?.stock_max === undefined) return;
  await guardOf(desk, reward)
    .settle({ booking: claimName(account, idem) })
    .catch(() => undefined);
}

/** How many of a reward can certainly still be had. One object call. */
export async function stockOf(desk: PosDesk, reward: string, stock_max: number): Promise<number> {
  const { committed, reserved } = await guardOf(desk, reward).state();
  return Math.max(0, stock_max - committed - reserved);
}

function guardOf(desk: PosDesk, reward: string): StockGuardClient {
  const { location, env } = desk.parts;
  const locationHint = locationHintFor(location.country);
  return stockGuard(env.MERCHANT_GUARD, desk.tenant, reward, locationHint === undefined ? {} : { locationHint });
}

function claimName(account: string, idem: string): string {
  return `${account}|${idem}`;
}

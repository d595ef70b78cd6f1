import { cpuMs } from "./processes.ts";
import { quantile } from "./statistics.ts";

/** Something that takes sales. */
export interface Target {
  readonly name: string;
  /** Sends one sale and waits for its answer; throws unless it was booked. */
  readonly send: () => Promise<void>;
  /** Called when it gets nothing for a while: a server closes connections that are idle for long. */
  readonly rest: () => void;
  /** The processes that serve it; null when they cannot be told. */
  readonly pids: () => readonly number[] | null;
}

export interface Load {
  readonly clients: number;
  /** Sales per target and round. */
  readonly sales: number;
  readonly rounds: number;
  /** Sales that every target gets first, without being measured. */
  readonly warmup: number;
}

/** What one target did in one round. */
export interface Round {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly per_second: number;
  /** CPU time of the serving processes per sale; null when unknown. */
  readonly cpu_ms: number | null;
}

/** Rounds by target, in the order in which they ran. */
export type Rounds = ReadonlyMap<string, readonly Round[]>;

/** Sends sales that nobody measures. */
export async function warmUp(targets: readonly Target[], load: Pick<Load, "clients" | "sales">): Promise<void> {
  for (const target of targets) await runRound(target, load);
}

/** Sends the same load to every target in turn, in alternating order. */
export async function compare(targets: readonly Target[], load: Load): Promise<Rounds> {
  const rounds = new Map<string, Round[]>(targets.map(({ name }) => [name, []]));
  await warmUp(targets, { ...load, sales: load.warmup });
  for (let round = 0; round < load.rounds; round += 1) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      rounds.get(target.name)?.push(await runRound(target, load));
    }
  }
  return rounds;
}

async function runRound(
  { send, rest, pids }: Target,
  { clients, sales }: Pick<Load, "clients" | "sales">,
): Promise<Round> {
  const times: number[] = [];
  const served = pids() ?? [];
  const cpuBefore = cpuMs(served);
  const began = performance.now();
  let left = sales;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const sent = performance.now();
      await send();
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const took_ms = performance.now() - began;
  const cpuAfter = cpuMs(served);
  rest();
  const sorted = times.toSorted((left_ms, right_ms) => left_ms - right_ms);
  return {
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
    per_second: (sales * 1000) / took_ms,
    cpu_ms: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / sales,
  };
}

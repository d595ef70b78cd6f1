import { Api } from "./api.ts";
import { compareBalances, type Difference, readBalances } from "./compare.ts";
import { type Balances, expectedBalances, expectedOfSales } from "./expected-balances.ts";
import { inParallel } from "./in-parallel.ts";
import { type Plan, planReplay } from "./plan.ts";
import { NO_PROGRESS, type Progress } from "./progress.ts";
import { type SortedLines, sortLines } from "./receipts.ts";
import { ReplayError } from "./replay-error.ts";
import { makeReport, type ReplayReport } from "./report.ts";
import { type PlatformFacts, readPlatform } from "./rules.ts";
import { Sender } from "./sender.ts";
import { StateFile } from "./state-file.ts";
import { readTillLines, type TillLine } from "./till-lines.ts";

export interface ReplayOptions {
  /** Till lines as CSV, packed with gzip or not. */
  readonly file: string;
  /** Where the platform listens. */
  readonly url: string;
  /** A key with the scopes sell, members, read and backfill. */
  readonly key: string;
  /** How many customers at a time. */
  readonly concurrency?: number;
  /** Where to keep what is done, so that the next run need not ask. */
  readonly state?: string | undefined;
  readonly progress?: Progress;
  /** Stops after what is under way. */
  readonly signal?: AbortSignal;
  /** Waits before a retry; tests pass one that does not. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export const CONCURRENCY = 16;
/** Is anybody there? That need not be asked as patiently as the rest. */
const FIRST_TRIES = 3;

/** Sends a file of till lines to a platform, reads every balance back and compares it with the file. */
export async function runReplay(options: ReplayOptions): Promise<ReplayReport> {
  const lines = readTillLines(options.file);
  const sorted = sortLines(lines);
  const plan = planReplay(sorted);
  const api = new Api({ ...options, url: options.url.replace(/\/+$/, "") });
  try {
    return await replay({ ...options, lines, sorted, plan, api });
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    throw new ReplayError(`stopped after ${api.requests} requests; the same command goes on from there`, 130);
  }
}

interface Prepared extends ReplayOptions {
  readonly lines: readonly TillLine[];
  readonly sorted: SortedLines;
  readonly plan: Plan;
  readonly api: Api;
}

async function replay(prepared: Prepared): Promise<ReplayReport> {
  const { api, plan, lines, progress = NO_PROGRESS, concurrency = CONCURRENCY, signal } = prepared;
  const platform = await askPlatform(api);
  const state = prepared.state === undefined ? null : StateFile.open(prepared.state, platform.till);
  const sender = new Sender({ api, state, progress, signal });
  await sender.checkBackfill(plan);

  const began = performance.now();
  const asked = api.requests;
  const total = plan.customers.reduce((sum, { steps }) => sum + 1 + steps.length, plan.anonymous.length);
  const work = [
    ...plan.customers.map((customer) => () => sender.send(customer)),
    ...plan.anonymous.map((sale) => () => sender.sendAnonymous(sale)),
  ];
  await showing(progress, "sending", total, () => inParallel(work, concurrency, (send) => send()));
  const seconds = (performance.now() - began) / 1000;
  const sending = { requests: api.requests - asked, retries: api.retries, seconds };

  const wallets = await readAll(prepared, sender.members);
  const customers = compareCustomers(sender.members, wallets, expectedBalances(lines, platform.rules));
  const sales = compareSales(sender.earned, expectedOfSales(lines, platform.rules));
  return makeReport({ ...prepared, sender, sending, wallets, differences: [...customers, ...sales] });
}

function compareCustomers(
  members: ReadonlyMap<string, string>,
  wallets: ReadonlyMap<string, Balances>,
  expected: ReadonlyMap<string, Balances>,
): Difference[] {
  return [...expected].flatMap(([customer, computed]) => {
    const who = { customer, invoice: null, member: members.get(customer) ?? null };
    return compareBalances(who, wallets.get(customer) ?? new Map(), computed);
  });
}

/** One that the platform chose not to record is no difference; one that was refused is. */
function compareSales(
  earned: ReadonlyMap<string, Balances | null>,
  expected: ReadonlyMap<string, Balances>,
): Difference[] {
  return [...expected].flatMap(([invoice, computed]) => {
    const found = earned.get(invoice);
    const who = { customer: null, invoice, member: null };
    return found === null ? [] : compareBalances(who, found ?? new Map(), computed);
  });
}

async function askPlatform(api: Api): Promise<PlatformFacts> {
  const answer = await api.get("/v1/program", FIRST_TRIES).catch((error: unknown) => {
    throw error instanceof ReplayError && error.exitCode === 1
      ? new ReplayError(`${error.message}; is the platform running?`, 2)
      : error;
  });
  if (!answer.ok) throw new ReplayError(`cannot read the programme: ${answer.detail} (${answer.code})`, 2);
  return readPlatform(answer.body);
}

async function readAll(
  { api, progress = NO_PROGRESS, concurrency = CONCURRENCY, signal }: Prepared,
  members: ReadonlyMap<string, string>,
): Promise<Map<string, Balances>> {
  const wallets = new Map<string, Balances>();
  await showing(progress, "reading back", members.size, () =>
    inParallel([...members], concurrency, async ([customer, member]) => {
      signal?.throwIfAborted();
      wallets.set(customer, await readBalances(api, member));
      progress.tick();
    }),
  );
  return wallets;
}

async function showing(progress: Progress, what: string, total: number, work: () => Promise<void>): Promise<void> {
  progress.begin(what, total);
  try {
    await work();
  } finally {
    progress.end();
  }
}

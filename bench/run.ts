import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { loadTools } from "../scripts/start/platform.ts";
import { reportFailure } from "../scripts/start/problem.ts";
import { gzipBytes } from "./build.ts";
import type { Budget } from "./budgets.ts";
import { Closing } from "./closing.ts";
import { type Bill, billFor, OBJECT_CALL } from "./dollars.ts";
import { growthOf } from "./growth.ts";
import { HttpClient } from "./http-client.ts";
import { countBudgets, dollarBudget, sizeBudget, timeBudgets } from "./judge.ts";
import { type Accounts, type Figures, STEMPEL, takeFigures } from "./measure.ts";
import { COLD_BY_PHONE, type Counted, countOperations, FIRST_SALE, WARM_BY_CARD } from "./operations.ts";
import { benchSize, type BenchOptions, parseBenchOptions } from "./options.ts";
import { buildAll, type Place, startServers, startStempel } from "./platforms.ts";
import { profileHotPath } from "./profile.ts";
import { billsTable, budgetsTable, countsTable, growthTable, timesTable } from "./report.ts";
import { addMember, addMembers } from "./shop.ts";
import { median } from "./statistics.ts";

/** Where CPU time cannot be read: what the Worker took elsewhere, rounded up. */
const CPU_MS_ASSUMED = 3;

const closing = new Closing();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void closing.close().finally(() => process.exit(130)));
}

try {
  const options = parseBenchOptions(process.argv.slice(2));
  const place = await findPlace();
  const missed =
    options.profile === null ? await runBench(place, options) : await profileHotPath(place, options.profile);
  await closing.close();
  process.exit(options.strict && missed ? 1 : 0);
} catch (error) {
  reportFailure(error);
  await closing.close();
  process.exit(1);
}

async function findPlace(): Promise<Place> {
  const dir = mkdtempSync(join(tmpdir(), "stempel-bench-"));
  closing.add(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  return { root: resolve(import.meta.dirname, ".."), dir, tools: await loadTools(), closing };
}

/** Answers whether a budget was missed. */
async function runBench(place: Place, options: BenchOptions): Promise<boolean> {
  const size = benchSize(options.quick);
  console.log(`${machine()}${options.quick ? "\n--quick: few rounds, small accounts; proves little" : ""}\n… building`);
  const bundles = await buildAll(place);
  console.log("… counting");
  const counted = await countOperations(() => startStempel(place, bundles.counting), size.long_entries);
  const servers = await startServers(place, bundles, counted.shop.key);
  const accounts = await makeAccounts(servers.stempel.url, counted, size.accounts);
  const figures = await takeFigures(servers, counted.shop, accounts, size, counted.longEntries);
  const bills = billsOf(counted, figures);
  const bytes = gzipBytes(bundles.product);
  const budgets = [
    ...countBudgets(counted.operations),
    ...timeBudgets(figures),
    ...bills.slice(-1).map(dollarBudget),
    sizeBudget(bytes),
  ];
  print(counted, figures, bills, budgets);
  if (options.json !== null) writeFileSync(options.json, toJson(counted, figures, bills, budgets, bytes));
  return budgets.some(({ verdict }) => verdict === "MISSED");
}

async function makeAccounts(url: string, { shop, longMember }: Counted, many: number): Promise<Accounts> {
  const client = new HttpClient(url, 16);
  const one = (): Promise<Accounts["hot"]> => addMember(client, shop);
  const accounts = {
    hot: await one(),
    short: await one(),
    many: await addMembers(client, shop, many),
    long: longMember,
  };
  client.close();
  return accounts;
}

function billsOf({ operations }: Counted, { alone }: Figures): Bill[] {
  const measured = (alone.rounds.get(STEMPEL) ?? []).flatMap(({ cpu_ms }) => (cpu_ms === null ? [] : [cpu_ms]));
  const cpu_ms = measured.length === 0 ? CPU_MS_ASSUMED : median(measured);
  const counts = (name: string) =>
    operations.filter((operation) => operation.name === name).map(({ counts }) => counts);
  return [
    ...[WARM_BY_CARD, COLD_BY_PHONE, FIRST_SALE].flatMap((name) =>
      counts(name).map((found) => billFor(`${name}, as it is`, found, cpu_ms)),
    ),
    ...counts(COLD_BY_PHONE).map((found) =>
      billFor("sales, all in: every one cold by phone, with its projection", found, cpu_ms),
    ),
  ];
}

function print(counted: Counted, figures: Figures, bills: readonly Bill[], budgets: readonly Budget[]): void {
  const growth = growthOf(bills.at(-1)?.dollars ?? 0, OBJECT_CALL);
  const times = [figures.alone, figures.together, figures.spread, figures.spreadTogether, figures.length].map(
    timesTable,
  );
  const parts = [
    ...times,
    countsTable(counted.operations),
    billsTable(bills),
    growthTable(growth),
    budgetsTable(budgets),
  ];
  console.log(
    `\n${parts.join("\n\n")}\n\nA ratio is the median of the rounds' ratios (middle half of the rounds), then that of each side's best round.`,
  );
}

function toJson(
  { operations }: Counted,
  figures: Figures,
  bills: readonly Bill[],
  budgets: readonly Budget[],
  bundle_gzip_bytes: number,
): string {
  const times = Object.values(figures).map(({ title, rounds }) => ({ title, rounds: Object.fromEntries(rounds) }));
  const all = {
    machine: machine(),
    at: new Date().toISOString(),
    budgets,
    bills,
    operations,
    bundle_gzip_bytes,
    times,
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${model}, ${gib} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`;
}

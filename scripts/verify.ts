import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { firstLine, messageOf, Problem, reportFailure } from "./start/problem.ts";
import { verifyApi } from "./verify/verify-api.ts";
import { type Verification, verifyState } from "./verify/verify-state.ts";

// Adds up every ledger again and names each booking that does not fit. Exits 1 when there is one.
const SHOWN_MAX = 50;
const number = new Intl.NumberFormat("en");

try {
  const { source, run } = parseOptions(process.argv.slice(2));
  const started = performance.now();
  const found = await run();
  report(found, source, (performance.now() - started) / 1000);
  process.exitCode = found.findings.length === 0 ? 0 : 1;
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}

function parseOptions(args: string[]) {
  const { merchant, state, url, key } = parse(args);
  if (url === undefined && key === undefined) {
    const path = resolve(import.meta.dirname, "..", state);
    return { source: path, run: async () => verifyState(path, merchant ?? null) };
  }
  if (url === undefined || key === undefined) throw new Problem("--url and --key go together.");
  if (merchant !== undefined) throw new Problem("--merchant is not for --url: the key names the merchant.");
  return { source: url, run: () => verifyApi(url, key, new AbortController().signal) };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        merchant: { type: "string" },
        state: { type: "string", default: ".stempel" },
        url: { type: "string" },
        key: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new Problem(
      `${firstLine(messageOf(error))} Options: --merchant LOCATOR, --state DIR, or --url URL --key KEY.`,
    );
  }
}

function report({ findings, ...counts }: Verification, source: string, seconds: number): void {
  for (const { object, seq, problem } of findings.slice(0, SHOWN_MAX)) {
    console.error(`${object}${seq === null ? "" : ` booking ${seq}`}: ${problem}`);
  }
  if (findings.length > SHOWN_MAX) console.error(`… and ${findings.length - SHOWN_MAX} more.`);
  const what = [
    `${count(counts.ledgers, "ledger")} of ${count(counts.merchants, "merchant")}`,
    ...(counts.bookings === 0 ? [] : [count(counts.bookings, "booking")]),
    `${number.format(counts.entries)} entries`,
  ].join(", ");
  const { projected } = counts;
  if (projected !== undefined) {
    const late = projected.waiting === 0 ? "" : `, ${number.format(projected.waiting)} have yet to arrive there`;
    console.log(`Compared ${count(projected.compared, "booking")} with insights${late}.`);
  }
  const verdict = findings.length === 0 ? "all in order" : `${number.format(findings.length)} found wrong`;
  console.log(`Checked ${what} in ${source} in ${seconds.toFixed(1)} s: ${verdict}.`);
}

function count(value: number, what: string): string {
  return `${number.format(value)} ${what}${value === 1 ? "" : "s"}`;
}

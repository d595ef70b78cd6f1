import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseObjectName } from "../../src/domain/tenancy/object-name.ts";
import { messageOf, Problem } from "../start/problem.ts";
import { checkLedger, type Finding, type LedgerRow, objectOf } from "./check-ledger.ts";
import { checkProjection, type ProjectionReport } from "./check-projection.ts";
import { readInsightsFile } from "./insights-file.ts";
import { readLedgerFile } from "./ledger-file.ts";

/** Where the runtime keeps the accounts, below the state directory. */
export const ACCOUNTS = "v3/do/stempel-MemberAccount";
export const INSIGHTS = "v3/do/stempel-MerchantInsights";

export interface Verification {
  readonly ledgers: number;
  readonly merchants: number;
  readonly bookings: number;
  readonly entries: number;
  /** Bookings that insights has too, and that have yet to arrive there; absent where insights cannot be read. */
  readonly projected?: { readonly compared: number; readonly waiting: number };
  readonly findings: readonly (Finding & { readonly object: string })[];
}

/**
 * Reads every ledger of a state directory, or those of one merchant, and checks them.
 *
 * @throws Problem when there is nothing to check
 */
export function verifyState(state: string, merchant: string | null): Verification {
  const folder = join(state, ACCOUNTS);
  if (!existsSync(folder)) throw new Problem(`There are no ledgers in ${state}: name the directory with --state DIR.`);
  // The runtime's own bookkeeping lies beside the objects, whose files are named by 64 hexadecimal digits.
  const checked = objectFiles(folder).flatMap((file) => verifyFile(file) ?? []);
  const wanted = checked.filter(
    (ledger) => merchant === null || ledger.merchant === merchant || ledger.merchant === null,
  );
  const known = wanted.filter((ledger) => ledger.merchant !== null);
  if (merchant !== null && known.length === 0)
    throw new Problem(`There is no ledger of merchant ${merchant} in ${state}.`);
  const projected = compareProjections(join(state, INSIGHTS), checked, new Set(wanted));
  return {
    projected: { compared: projected.compared, waiting: projected.waiting },
    ledgers: wanted.length,
    merchants: new Set(known.map((ledger) => ledger.merchant)).size,
    bookings: sum(wanted.map((ledger) => ledger.bookings)),
    entries: sum(wanted.map((ledger) => ledger.entries)),
    findings: [
      ...wanted.flatMap(({ object, findings }) => findings.map((finding) => ({ object, ...finding }))),
      ...projected.findings,
    ],
  };
}

function objectFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
    .map((name) => join(folder, name));
}

/** Every projection with a booking of a wanted ledger; a projection knows the accounts of one merchant and mode. */
function compareProjections(
  folder: string,
  all: readonly VerifiedLedger[],
  wanted: ReadonlySet<VerifiedLedger>,
): ProjectionReport {
  const reports: ProjectionReport[] = [];
  const byAccount = new Map(all.map((ledger) => [parseObjectName(ledger.object)?.id ?? ledger.object, ledger]));
  for (const file of objectFiles(folder)) {
    try {
      const projection = readInsightsFile(file);
      const known = projection?.rows.flatMap(({ account }) => byAccount.get(account) ?? []) ?? [];
      const [first] = known;
      if (projection === null || first === undefined || !known.some((ledger) => wanted.has(ledger))) continue;
      const mine = [...byAccount].filter(([, ledger]) => ledger.tenant === first.tenant);
      reports.push(checkProjection(projection, new Map(mine), `${first.tenant}:insights`));
    } catch (error) {
      const problem = `the file cannot be read: ${messageOf(error)}`;
      reports.push({ compared: 0, waiting: 0, findings: [{ object: file, seq: null, problem }] });
    }
  }
  return {
    compared: sum(reports.map(({ compared }) => compared)),
    waiting: sum(reports.map(({ waiting }) => waiting)),
    findings: reports.flatMap(({ findings }) => findings),
  };
}

interface VerifiedLedger {
  /** The object's name, or its file when the ledger does not tell. */
  readonly object: string;
  /** Null when the ledger does not tell. */
  readonly merchant: string | null;
  /** Mode and merchant; empty when the ledger does not tell. */
  readonly tenant: string;
  readonly rows: readonly LedgerRow[];
  readonly bookings: number;
  readonly entries: number;
  readonly findings: readonly Finding[];
}

function verifyFile(file: string): VerifiedLedger | null {
  const unknown = { object: file, merchant: null, tenant: "", rows: [], bookings: 0, entries: 0 };
  try {
    const rows = readLedgerFile(file);
    if (rows === null) return null;
    const object = objectOf(rows[0]);
    if (object === null) {
      const problem = rows.length === 0 ? "the ledger is empty" : "the first booking does not name its object";
      return { ...unknown, findings: [{ seq: rows[0]?.seq ?? null, problem }] };
    }
    const name = parseObjectName(object);
    const tenant = name === null ? "" : `${name.mode}:${name.merchant}`;
    return { object, merchant: name?.merchant ?? null, tenant, rows, ...checkLedger(object, rows) };
  } catch (error) {
    return { ...unknown, findings: [{ seq: null, problem: `the file cannot be read: ${messageOf(error)}` }] };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseObjectName } from "../../src/domain/tenancy/object-name.ts";
import { messageOf, Problem } from "../start/problem.ts";
import { checkLedger, type Finding, objectOf } from "./check-ledger.ts";
import { readLedgerFile } from "./ledger-file.ts";

/** Where the runtime keeps the accounts, below the state directory. */
export const ACCOUNTS = "v3/do/stempel-MemberAccount";

export interface Verification {
  readonly ledgers: number;
  readonly merchants: number;
  readonly bookings: number;
  readonly entries: number;
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
  const files = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const checked = files.flatMap((name) => verifyFile(join(folder, name)) ?? []);
  const wanted = checked.filter(
    (ledger) => merchant === null || ledger.merchant === merchant || ledger.merchant === null,
  );
  const known = wanted.filter((ledger) => ledger.merchant !== null);
  if (merchant !== null && known.length === 0)
    throw new Problem(`There is no ledger of merchant ${merchant} in ${state}.`);
  return {
    ledgers: wanted.length,
    merchants: new Set(known.map((ledger) => ledger.merchant)).size,
    bookings: sum(wanted.map((ledger) => ledger.bookings)),
    entries: sum(wanted.map((ledger) => ledger.entries)),
    findings: wanted.flatMap(({ object, findings }) => findings.map((finding) => ({ object, ...finding }))),
  };
}

interface VerifiedLedger {
  /** The object's name, or its file when the ledger does not tell. */
  readonly object: string;
  /** Null when the ledger does not tell. */
  readonly merchant: string | null;
  readonly bookings: number;
  readonly entries: number;
  readonly findings: readonly Finding[];
}

function verifyFile(file: string): VerifiedLedger | null {
  const unknown = { object: file, merchant: null, bookings: 0, entries: 0 };
  try {
    const rows = readLedgerFile(file);
    if (rows === null) return null;
    const object = objectOf(rows[0]);
    if (object === null) {
      const problem = rows.length === 0 ? "the ledger is empty" : "the first booking does not name its object";
      return { ...unknown, findings: [{ seq: rows[0]?.seq ?? null, problem }] };
    }
    return { object, merchant: parseObjectName(object)?.merchant ?? null, ...checkLedger(object, rows) };
  } catch (error) {
    return { ...unknown, findings: [{ seq: null, problem: `the file cannot be read: ${messageOf(error)}` }] };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

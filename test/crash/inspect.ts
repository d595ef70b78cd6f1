import { Buffer } from "node:buffer";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { checkLedger, objectOf } from "../../scripts/verify/check-ledger.ts";
import { readLedgerFile } from "../../scripts/verify/ledger-file.ts";
import { ACCOUNTS } from "../../scripts/verify/verify-state.ts";

const INSIGHTS = "v3/do/stempel-MerchantInsights";
const keyRow = z.object({ idem: z.string() });
const headRow = z.object({ account: z.string(), seq: z.number(), hash: z.instanceof(Uint8Array) });

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => (/^[0-9a-f]{64}\.sqlite$/.test(name) ? [join(folder, name)] : []));
}

/** How often each key was booked, over all ledgers, and everything that `npm run verify` finds wrong. */
export function readLedgers(state: string): { readonly keys: Map<string, number>; readonly wrong: string[] } {
  const keys = new Map<string, number>();
  const wrong: string[] = [];
  for (const file of files(join(state, ACCOUNTS))) {
    const rows = readLedgerFile(file);
    if (rows === null) continue;
    const object = objectOf(rows[0]);
    if (object === null) wrong.push(`${file} does not say whose it is`);
    else for (const { seq, problem } of checkLedger(object, rows).findings) wrong.push(`${object} ${seq}: ${problem}`);
    const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    for (const row of db.prepare("SELECT idem FROM booking WHERE idem IS NOT NULL").all()) {
      const key = keyRow.parse(row).idem.split(":").at(-1) ?? "";
      // What the platform books by itself has a key with a space, the same for every member; no till's has one.
      if (!key.includes(" ")) keys.set(key, (keys.get(key) ?? 0) + 1);
    }
    db.close();
  }
  return { keys, wrong };
}

/** Accounts whose newest booking has not arrived in insights, or has arrived as another. */
export function behind(state: string): string[] {
  const arrived = new Map<string, string>();
  for (const file of files(join(state, INSIGHTS))) {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    const table = db
      .prepare("SELECT name FROM sqlite_master WHERE name LIKE 'booking\\_%' ESCAPE '\\' AND type = 'table'")
      .get();
    const name = z.object({ name: z.string() }).safeParse(table);
    const rows = name.success ? db.prepare(`SELECT account, seq, hash FROM ${name.data.name}`).all() : [];
    for (const row of rows) {
      const { account, seq, hash } = headRow.parse(row);
      arrived.set(`${account} ${seq}`, Buffer.from(hash).toString("hex"));
    }
    db.close();
  }
  return files(join(state, ACCOUNTS)).flatMap((file) => {
    const rows = readLedgerFile(file) ?? [];
    const head = rows.at(-1);
    const account = objectOf(rows[0])?.split(":").at(-1) ?? "";
    if (head === undefined) return [];
    return arrived.get(`${account} ${head.seq}`) === Buffer.from(head.hash).toString("hex") ? [] : [account];
  });
}

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { objectOf } from "../../scripts/verify/check-ledger.ts";
import { readLedgerFile } from "../../scripts/verify/ledger-file.ts";
import { ACCOUNTS, INSIGHTS } from "../../scripts/verify/verify-state.ts";
import { freePort, runScript, ScriptProcess } from "./support/start-process.ts";

let folder: string;
let state: string;
/** What the check over the API says of the platform while it runs: as it is, and with one byte of a ledger changed. */
let overApi: Record<"whole" | "altered", { readonly code: number | null; readonly output: string }>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stempel-verify-"));
  state = join(folder, "state");
  const port = String(await freePort());
  const platform = new ScriptProcess("start.ts", ["--state", state, "--port", port, "--members", "2", "--months", "1"]);
  try {
    await platform.until(/Ctrl-C stops it/);
    const [, key = ""] = /Test key: +(\S+)/.exec(platform.output) ?? [];
    const check = () => runScript("verify.ts", ["--url", `http://localhost:${port}`, "--key", key]);
    const whole = await check();
    const restore = changeDigit();
    overApi = { whole, altered: await check() };
    restore();
    await platform.interrupt();
  } finally {
    await platform.kill();
  }
});

/** Changes one digit of what a sale gave, below the running platform; answers how to take it back. */
function changeDigit(): () => void {
  const { file, rows } = fullestLedger(state);
  const sold = rows.find(({ body }) => body.includes(`"type":"sale"`) && /"delta":\d/.test(body));
  if (sold === undefined) throw new Error("nothing was sold");
  const altered = sold.body.replace(/"delta":(\d*)(\d)/, (_text, tens, digit) => `"delta":${tens}${Number(digit) ^ 1}`);
  const put = (body: string) => {
    const db = new DatabaseSync(file, { timeout: 5000 });
    db.prepare("UPDATE booking SET body = ? WHERE seq = ?").run(body, sold.seq);
    db.close();
  };
  put(altered);
  return () => put(sold.body);
}

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The fullest ledger of a state directory, with what is still in its log written to the file itself. */
function fullestLedger(of: string) {
  const accounts = join(of, ACCOUNTS);
  const files = readdirSync(accounts).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const ledgers = files.map((name) => {
    const file = join(accounts, name);
    const db = new DatabaseSync(file);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    db.close();
    return { file, rows: readLedgerFile(file) ?? [] };
  });
  const [fullest] = ledgers.sort((left, right) => right.rows.length - left.rows.length);
  if (fullest === undefined) throw new Error("there is no ledger");
  return fullest;
}

function copy(name: string): string {
  const to = join(folder, name);
  cpSync(state, to, { recursive: true });
  return to;
}

const verify = (of: string, ...more: string[]) => runScript("verify.ts", ["--state", of, ...more]);

test("ledgers as they were written are all in order", async () => {
  const { code, output } = await verify(state);

  expect(output).toMatch(/^Compared \d+ bookings with insights/m);
  expect(output).toMatch(/^Checked 2 ledgers of 1 merchant, \d+ bookings, \d+ entries in .*: all in order\.$/m);
  expect(code).toBe(0);
});

test("one changed byte is found, and the booking named", async () => {
  const altered = copy("altered");
  const { file, rows } = fullestLedger(altered);
  const row = rows[3];
  const bytes = readFileSync(file);
  const at = bytes.indexOf(`"seq":4,"at_ms":`) + `"seq":4,"at_ms":`.length;
  bytes[at + 12] = (bytes[at + 12] ?? 0) ^ 1;
  writeFileSync(file, bytes);

  const { code, output } = await verify(altered);

  expect(row?.seq).toBe(4);
  expect(output).toContain(`${objectOf(rows[0])} booking 4: the hash does not fit the body and the booking before`);
  expect(output).toMatch(/1 found wrong\.$/m);
  expect(code).toBe(1);
});

test("over the API they are in order too, and one changed byte is found there, the entry named", () => {
  const { whole, altered } = overApi;
  expect(whole.output).toMatch(/^Checked 2 ledgers of 1 merchant, \d+ entries in .*: all in order\.$/m);
  expect(whole.code).toBe(0);
  expect(altered.output).toMatch(/^mem_\S+: ent_\S+ says -?\d+ \S+ available remain, the entries add up to -?\d+$/m);
  expect(altered.code).toBe(1);
});

test("a projection that lacks a booking, or has another sum, is found", async () => {
  const altered = copy("projection");
  const folderOf = join(altered, INSIGHTS);
  const files = readdirSync(folderOf).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const object = objectOf(fullestLedger(altered).rows[0]);
  for (const name of files) {
    const db = new DatabaseSync(join(folderOf, name));
    db.exec(`UPDATE booking_1 SET facts = json_set(facts, '$.units', json('{"points":{"open":7}}')) WHERE seq = 2`);
    db.exec("DELETE FROM booking_1 WHERE seq = 4");
    db.close();
  }

  const { code, output } = await verify(altered);

  expect(output).toContain(`${object} booking 2: insights has another change of points than the entries`);
  expect(output).toContain(`${object} booking 4: insights lacks the booking`);
  expect(code).toBe(1);
});

test("a removed booking, a forged checkpoint and a forged note are found", async () => {
  const altered = copy("forged");
  const { file, rows } = fullestLedger(altered);
  const last = rows.at(-1)?.seq ?? 0;
  const db = new DatabaseSync(file);
  db.exec("DELETE FROM booking WHERE seq = 3");
  db.prepare("UPDATE booking SET checkpoint = '{}' WHERE seq = 2").run();
  db.prepare("UPDATE booking SET note = '{}' WHERE seq = ?").run(last);
  db.close();

  const { code, output } = await verify(altered);

  expect(output).toContain("booking 2: the checkpoint differs from the fold");
  expect(output).toContain("booking 3: the booking is missing");
  expect(output).toContain("booking 4: booking 4 does not follow 2");
  expect(code).toBe(1);
});

test("a file that is no database any more is named", async () => {
  const altered = copy("torn");
  const { file } = fullestLedger(altered);
  writeFileSync(file, readFileSync(file).subarray(0, 4096).fill(7, 100));

  const { code, output } = await verify(altered);

  expect(output).toContain(`${file}: the file cannot be read: `);
  expect(code).toBe(1);
});

test("one merchant's ledgers can be asked for", async () => {
  const object = objectOf(fullestLedger(copy("read")).rows[0]);
  const locator = object?.split(":")[1] ?? "";

  expect((await verify(state, "--merchant", locator)).code).toBe(0);
  expect(await verify(state, "--merchant", "e0000000")).toEqual({
    code: 1,
    output: `There is no ledger of merchant e0000000 in ${state}.\n`,
  });
});

import { createHash } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Pool, type PoolClient } from "pg";
import { z } from "zod";

// The thin peer: the least that a ledger on PostgreSQL could be, for comparison. It does less than Stempel: no
// validation, no hash chain, no rewards, no explanation, no rendering, one merchant. Started by the bench as its own process:
//   node bench/thin-peer-server.ts DATABASE_URL API_KEY on|off      (the last is synchronous_commit)

interface Sale {
  readonly receipt: string;
  readonly member: { readonly card: string };
  readonly total: { readonly amount: number };
  readonly lines: readonly { readonly sku: string; readonly quantity: string }[];
}

interface Balance {
  readonly seq: number;
  readonly points: number;
  readonly rest: number;
  readonly stamps: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS account (
    id text PRIMARY KEY, seq int NOT NULL, points int NOT NULL, rest int NOT NULL, stamps int NOT NULL);
  CREATE TABLE IF NOT EXISTS booking (
    account text NOT NULL REFERENCES account, seq int NOT NULL, idem text NOT NULL UNIQUE, nat text NOT NULL UNIQUE,
    body text NOT NULL, PRIMARY KEY (account, seq));
  CREATE TABLE IF NOT EXISTS entry (
    account text NOT NULL, seq int NOT NULL, unit text NOT NULL, delta int NOT NULL, balance int NOT NULL,
    PRIMARY KEY (account, seq, unit));
`;
const COFFEES: ReadonlySet<string> = new Set(["ESPRESSO", "CAPPUCCINO", "FLAT-WHITE", "LATTE", "CORTADO"]);

const [url, key, synchronous_commit] = z
  .tuple([z.string(), z.string(), z.enum(["on", "off"])])
  .parse(process.argv.slice(2));
const tills = new Map([[sha256(key), "til_1"]]);
const pool = new Pool({ connectionString: url, max: 16, options: `-c synchronous_commit=${synchronous_commit}` });
await pool.query(SCHEMA);

const app = new Hono();
app.post("/v1/sales", async (c) => {
  const till = tills.get(sha256((c.req.header("authorization") ?? "").slice("Bearer ".length)));
  const idem = c.req.header("idempotency-key");
  if (till === undefined || idem === undefined) return c.json({ code: "key_invalid" }, 401);
  const sale = await c.req.json<Sale>();
  const client = await pool.connect();
  try {
    const answer = await book(client, till, idem, sale);
    return c.json(answer, 201);
  } finally {
    client.release();
  }
});
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => console.log(port));
process.once("SIGTERM", () => server.close(() => process.exit(0)));

/** One transaction: the account's row is the lock, the two unique keys make a repetition harmless. */
async function book(client: PoolClient, till: string, idem: string, sale: Sale): Promise<object> {
  await client.query("BEGIN");
  try {
    const before = await lockAccount(client, sale.member.card);
    const after = earn(before, sale);
    const fresh = await insertBooking(client, after, `${till}:${idem}`, `sale|${sale.receipt}|${till}`, sale);
    if (!fresh) {
      await client.query("ROLLBACK");
      return { replayed: true, balance: before };
    }
    const entries = [
      { unit: "points", delta: after.points - before.points, balance: after.points },
      { unit: "stamps", delta: after.stamps - before.stamps, balance: after.stamps },
    ];
    await insertEntries(client, sale.member.card, after, entries);
    await client.query({
      name: "balance",
      text: "UPDATE account SET seq = $2, points = $3, rest = $4, stamps = $5 WHERE id = $1",
      values: [sale.member.card, after.seq, after.points, after.rest, after.stamps],
    });
    await client.query("COMMIT");
    return { sale: { seq: after.seq, receipt: sale.receipt }, entries, balance: after };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

async function lockAccount(client: PoolClient, id: string): Promise<Balance> {
  const find = {
    name: "lock",
    text: "SELECT seq, points, rest, stamps FROM account WHERE id = $1 FOR UPDATE",
    values: [id],
  };
  const { rows } = await client.query<Balance>(find);
  if (rows[0] !== undefined) return rows[0];
  await client.query("INSERT INTO account VALUES ($1, 0, 0, 0, 0) ON CONFLICT DO NOTHING", [id]);
  const again = await client.query<Balance>(find);
  if (again.rows[0] === undefined) throw new Error("the account did not appear");
  return again.rows[0];
}

/** One point per euro with the cents carried over, one stamp per coffee. */
function earn(before: Balance, sale: Sale): Balance {
  const cents = before.rest + sale.total.amount;
  const coffees = sale.lines
    .filter((line) => COFFEES.has(line.sku))
    .reduce((sum, line) => sum + Number(line.quantity), 0);
  return {
    seq: before.seq + 1,
    points: before.points + Math.floor(cents / 100),
    rest: cents % 100,
    stamps: before.stamps + coffees,
  };
}

async function insertBooking(
  client: PoolClient,
  after: Balance,
  idem: string,
  nat: string,
  sale: Sale,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: "booking",
    text: "INSERT INTO booking VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    values: [sale.member.card, after.seq, idem, nat, JSON.stringify(sale)],
  });
  return rowCount === 1;
}

async function insertEntries(
  client: PoolClient,
  account: string,
  after: Balance,
  entries: readonly { readonly unit: string; readonly delta: number; readonly balance: number }[],
): Promise<void> {
  await client.query({
    name: "entries",
    text: "INSERT INTO entry SELECT $1, $2, * FROM unnest($3::text[], $4::int[], $5::int[])",
    values: [
      account,
      after.seq,
      entries.map((e) => e.unit),
      entries.map((e) => e.delta),
      entries.map((e) => e.balance),
    ],
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

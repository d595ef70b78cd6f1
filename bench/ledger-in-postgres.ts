import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { invariant } from "../src/domain/invariant.ts";
import type { BookingBody } from "../src/domain/ledger/booking.ts";
import { chainHash, encodeBody, genesisHash, type Sha256 } from "../src/domain/ledger/chain.ts";
import type { Command, History } from "../src/domain/ledger/command.ts";
import { finishDraft, plainDraft, type Stamp } from "../src/domain/ledger/draft.ts";
import { applyBooking } from "../src/domain/ledger/fold.ts";
import { saleNaturalKey } from "../src/domain/ledger/natural-key.ts";
import { plan, type PlannedBooking } from "../src/domain/ledger/plan.ts";
import type { AccountState } from "../src/domain/ledger/state.ts";
import { compiledProgram } from "../src/durable/member-account/programs.ts";
import type { CommandAnswer, CommandMessage } from "../src/durable/member-account/protocol.ts";
import { viewOf } from "../src/durable/member-account/run-command.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger_account (
    id text PRIMARY KEY, seq int NOT NULL, hash bytea NOT NULL, state text NOT NULL);
  CREATE TABLE IF NOT EXISTS ledger_booking (
    account text NOT NULL, seq int NOT NULL, idem text, nat text, body text NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (account, seq), UNIQUE (account, idem), UNIQUE (account, nat));
`;

const sha256: Sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

interface Head {
  readonly state: AccountState;
  readonly hash: Uint8Array;
}

/**
 * The product's ledger on PostgreSQL: the same rules, the same bodies, the same chain. One transaction per sale; the
 * account's row is the lock and holds the state, because a server among several remembers nothing between two sales.
 */
export class LedgerInPostgres {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async createSchema(): Promise<void> {
    await this.#pool.query(SCHEMA);
  }

  /** @param account the object name that begins the account's chain */
  async run(account: string, message: CommandMessage): Promise<CommandAnswer> {
    const client = await this.#pool.connect();
    try {
      await client.query("BEGIN");
      const answer = await book(client, account, message);
      await client.query(answer.ok && !answer.replayed ? "COMMIT" : "ROLLBACK");
      return answer;
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  }
}

async function book(client: PoolClient, account: string, message: CommandMessage): Promise<CommandAnswer> {
  const head = (await lockAccount(client, account)) ?? (await openAccount(client, account, message));
  const program = compiledProgram(message.programs[0]);
  const twin = await findTwin(client, account, message);
  if (twin !== null) {
    return { ok: true, replayed: true, view: viewOf(head.state, program, twin, null) };
  }
  const planned = plan(head.state, message.command, {
    program,
    programOf: () => null,
    history: NO_HISTORY,
    stamp: stampOf(message),
    till: message.till,
    idem: message.idem,
  });
  if (!planned.ok) return { ok: false, replayed: false, refusal: planned.error };
  const [booking] = planned.value.bookings;
  invariant(booking !== undefined && planned.value.bookings.length === 1, "a sale of the bench is one booking");
  await write(client, account, head.hash, booking);
  return { ok: true, replayed: false, view: viewOf(booking.after, program, booking.body, null) };
}

/** The bench sells and brings nothing back. */
const NO_HISTORY: History = { sale: () => null, findSale: () => null, holdEnd: () => null, foreignReturn: () => null };

function stampOf({ by, request_hash, clock_offset_ms, programs }: CommandMessage): Stamp {
  const { timezone } = compiledProgram(programs[0]).document;
  const program = programs[0].version;
  return { now_ms: Date.now(), by, request_hash, note_digest: null, clock_offset_ms, program, timezone };
}

async function lockAccount(client: PoolClient, account: string): Promise<Head | null> {
  const { rows } = await client.query<{ hash: Buffer; state: string }>({
    name: "ledger-lock",
    text: "SELECT hash, state FROM ledger_account WHERE id = $1 FOR UPDATE",
    values: [account],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const state: AccountState = JSON.parse(row.state);
  return { state, hash: row.hash };
}

async function openAccount(client: PoolClient, account: string, message: CommandMessage): Promise<Head> {
  const opened = plainDraft({ type: "opened", object: account, account_kind: "member", card_no: 1 });
  const body = finishDraft(null, opened, { ...stampOf(message), request_hash: null });
  const state = applyBooking(null, body);
  const hash = chainHash(sha256, genesisHash(sha256, account), encodeBody(body));
  await client.query("INSERT INTO ledger_account VALUES ($1, 1, $2, $3) ON CONFLICT DO NOTHING", [
    account,
    hash,
    JSON.stringify(state),
  ]);
  const head = await lockAccount(client, account);
  invariant(head !== null, "the account did not appear");
  return head;
}

/** What was booked under the same key or for the same receipt; null when this is new. */
async function findTwin(
  client: PoolClient,
  account: string,
  { idem, command, till }: CommandMessage,
): Promise<BookingBody | null> {
  const { rows } = await client.query<{ body: string }>({
    name: "ledger-twin",
    text: `SELECT body FROM ledger_booking WHERE account = $1 AND idem = $2
           UNION ALL SELECT body FROM ledger_booking WHERE account = $1 AND nat = $3 LIMIT 1`,
    values: [account, idem, naturalKey(command, till)],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const body: BookingBody = JSON.parse(row.body);
  return body;
}

function naturalKey(command: Command, till: string): string {
  invariant(command.type === "sale", "the bench sells and nothing else");
  return saleNaturalKey({ ...command, till });
}

async function write(
  client: PoolClient,
  account: string,
  previous: Uint8Array,
  booking: PlannedBooking,
): Promise<void> {
  const text = encodeBody(booking.body);
  const hash = chainHash(sha256, previous, text);
  await client.query({
    name: "ledger-write",
    text: `WITH booked AS (INSERT INTO ledger_booking VALUES ($1, $2, $3, $4, $5, $6))
           UPDATE ledger_account SET seq = $2, hash = $6, state = $7 WHERE id = $1`,
    values: [account, booking.body.seq, booking.idem, booking.natural_key, text, hash, JSON.stringify(booking.after)],
  });
}

import { env } from "cloudflare:workers";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import { apiKey } from "../../src/db/schema/api-key.ts";
import { authPasskey } from "../../src/db/schema/auth-passkey.ts";
import { authSession } from "../../src/db/schema/auth-session.ts";
import { authUser } from "../../src/db/schema/auth-user.ts";
import { authVerification } from "../../src/db/schema/auth-verification.ts";
import { billing } from "../../src/db/schema/billing.ts";
import { billingEvent } from "../../src/db/schema/billing-event.ts";
import { billingTrial } from "../../src/db/schema/billing-trial.ts";
import { cronCursor } from "../../src/db/schema/cron-cursor.ts";
import { deadLetter } from "../../src/db/schema/dead-letter.ts";
import { devMail } from "../../src/db/schema/dev-mail.ts";
import { item } from "../../src/db/schema/item.ts";
import { location } from "../../src/db/schema/location.ts";
import { mailLog } from "../../src/db/schema/mail-log.ts";
import { merchant } from "../../src/db/schema/merchant.ts";
import { merchantAgreement } from "../../src/db/schema/merchant-agreement.ts";
import { pairingCode } from "../../src/db/schema/pairing-code.ts";
import { pinAttempt } from "../../src/db/schema/pin-attempt.ts";
import { programDraft } from "../../src/db/schema/program-draft.ts";
import { programVersion } from "../../src/db/schema/program-version.ts";
import { rateWindow } from "../../src/db/schema/rate-window.ts";
import { staff } from "../../src/db/schema/staff.ts";
import { staffInvitation } from "../../src/db/schema/staff-invitation.ts";
import { staffRole } from "../../src/db/schema/staff-role.ts";
import { till } from "../../src/db/schema/till.ts";

// The migrations are written by hand and the schema in code: this is what keeps the two the same. When it fails, one of
// them was changed without the other.
const TABLES: readonly SQLiteTable[] = [
  apiKey,
  authPasskey,
  authSession,
  authUser,
  authVerification,
  billing,
  billingEvent,
  billingTrial,
  cronCursor,
  deadLetter,
  devMail,
  item,
  location,
  mailLog,
  merchant,
  merchantAgreement,
  pairingCode,
  pinAttempt,
  programDraft,
  programVersion,
  rateWindow,
  staff,
  staffInvitation,
  staffRole,
  till,
];
/** Tables of the platform; every other one is a tenant's. */
const SYSTEM_TABLES = [
  "auth_passkey",
  "auth_session",
  "auth_user",
  "auth_verification",
  "billing_event",
  "billing_trial",
  "cron_cursor",
  "dead_letter",
  "dev_mail",
  "mail_log",
  "pairing_code",
  "rate_window",
];

interface TableShape {
  readonly columns: readonly { name: string; type: string; required: boolean; key: number }[];
  readonly indexes: readonly { name: string; unique: boolean; partial: boolean; columns: string[] }[];
  readonly references: readonly { table: string; from: string; to: string }[];
}

test("every table in the schema folder is checked here", () => {
  const files = import.meta.glob("../../src/db/schema/*.ts", { query: "?raw", import: "default", eager: true });
  const declared = Object.values(files).flatMap((source) => [...source.matchAll(/sqliteTable\(\s*"(\w+)"/g)]);

  expect(new Set(declared.map(([, name]) => name))).toEqual(new Set(TABLES.map(nameOf)));
});

describe.each(TABLES.map((table) => [nameOf(table), table] as const))("table %s", (name, table) => {
  test("is in the database as it is in code", async () => {
    expect(await databaseShape(name)).toEqual(codeShape(table));
  });

  test("is strict", async () => {
    const row = await env.DB.prepare("SELECT sql FROM sqlite_master WHERE name = ?")
      .bind(name)
      .first<{ sql: string }>();
    expect(row?.sql).toMatch(/STRICT/);
  });
});

test.each(TABLES.map(nameOf).filter((name) => !SYSTEM_TABLES.includes(name)))(
  "table %s begins its primary key with the merchant",
  async (name) => {
    const { columns } = await databaseShape(name);
    const first = columns.find((column) => column.key === 1);
    expect(first?.name).toBe(name === "merchant" ? "locator" : "merchant");
  },
);

function nameOf(table: SQLiteTable): string {
  return getTableConfig(table).name;
}

function codeShape(table: SQLiteTable): TableShape {
  const config = getTableConfig(table);
  const composite = config.primaryKeys[0]?.columns.map((column) => column.name) ?? [];
  return {
    columns: config.columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      required: column.notNull,
      key: column.primary ? 1 : composite.indexOf(column.name) + 1,
    })),
    indexes: config.indexes
      .map(({ config: index }) => ({
        name: index.name,
        unique: index.unique,
        partial: index.where !== undefined,
        columns: index.columns.map((column) => ("name" in column ? String(column.name) : "")),
      }))
      .toSorted(byName),
    references: config.foreignKeys
      .flatMap((key) => {
        const { columns, foreignColumns, foreignTable } = key.reference();
        return columns.map((column, index) => ({
          table: nameOf(foreignTable),
          from: column.name,
          to: foreignColumns[index]?.name ?? "",
        }));
      })
      .toSorted(byReference),
  };
}

async function databaseShape(name: string): Promise<TableShape> {
  const columns = await pragma<{ name: string; type: string; notnull: number; pk: number }>(`table_info(${name})`);
  const indexes = await pragma<{ name: string; unique: number; partial: number; origin: string }>(
    `index_list(${name})`,
  );
  const references = await pragma<{ table: string; from: string; to: string }>(`foreign_key_list(${name})`);
  return {
    columns: columns.map(({ name: column, type, notnull, pk }) => ({
      name: column,
      type,
      required: notnull === 1,
      key: pk,
    })),
    indexes: (await Promise.all(indexes.filter(({ origin }) => origin === "c").map(indexShape))).toSorted(byName),
    references: references.map(({ table, from, to }) => ({ table, from, to })).toSorted(byReference),
  };
}

async function indexShape(index: { name: string; unique: number; partial: number }) {
  const columns = await pragma<{ name: string }>(`index_info(${index.name})`);
  return {
    name: index.name,
    unique: index.unique === 1,
    partial: index.partial === 1,
    columns: columns.map((column) => column.name),
  };
}

async function pragma<Row>(call: string): Promise<Row[]> {
  return (await env.DB.prepare(`PRAGMA ${call}`).all<Row>()).results;
}

function byName(left: { name: string }, right: { name: string }): number {
  return left.name.localeCompare(right.name);
}

function byReference(left: { table: string; from: string }, right: { table: string; from: string }): number {
  return `${left.table}.${left.from}`.localeCompare(`${right.table}.${right.from}`);
}

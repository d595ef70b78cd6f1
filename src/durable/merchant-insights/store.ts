import { createHash } from "node:crypto";
import type { Flag, FlagRule, FlagState } from "../../domain/insights/flag.ts";
import type { WatchSettings } from "../../domain/insights/watch.ts";
import { encodeBase32 } from "../../domain/tenancy/base32.ts";
import { hasSchema, runMigrations } from "../shared/run-migrations.ts";
import type { BudgetUse } from "../../domain/program/budget.ts";
import { GenerationStore } from "./generation-store.ts";
import { dropGenerationTables, generationTables, insightsMigrations } from "./migrations.ts";

/** What the object keeps beside the generations, by key. */
export interface Meta {
  readonly generation: number;
  /** Zones of the locations, as the registry last told. */
  readonly zones: ZoneFacts;
  readonly walk: Walk;
  readonly health: Health;
  /** Budgets of promotions that the registry was told are used up: how large each was. Outlives generations. */
  readonly closed_budgets: Readonly<Record<string, number>>;
  /** Per generation: the place up to which bookings are in the roll-ups. */
  readonly [folded: `folded:${number}`]: number;
}

export interface ZoneFacts {
  /** What is unusual here; absent where the registry knows nothing of the merchant. */
  readonly watch?: WatchSettings;
  readonly merchant: string;
  readonly locations: Readonly<Record<string, string>>;
  readonly fetched_at_ms: number;
}

/** A walk over all accounts, as far as it has come. */
export interface Walk {
  /**
   * `rebuild` fills a new generation; `repair` fetches what is missing in the one in use; `verify` adds up again the ledgers
   * that were written to lately.
   */
  readonly kind: "rebuild" | "repair" | "verify";
  /** From when on a `verify` looks at what was written. */
  readonly since_ms?: number;
  readonly generation: number;
  /** First the accounts that are known here, then those that only the registry knows, then the roll-ups. */
  readonly phase: "known" | "registry" | "fold";
  /** Where the phase goes on: an account, or the registry's cursor; null begins it. */
  readonly after: string | null;
  readonly started_at_ms: number;
  readonly accounts: number;
  readonly bookings: number;
  /** Failed steps since the last that succeeded, and since when. */
  readonly failures: number;
  readonly failing_since_ms: number | null;
}

/** What went wrong so far; survives everything, so that it can be seen afterwards. */
export interface Health {
  /** Deliveries that came only after failed attempts, and those attempts. */
  readonly late_deliveries: number;
  readonly failed_attempts: number;
  readonly last_late_at_ms: number | null;
  readonly failed_steps: number;
  readonly rebuilt_at_ms: number | null;
  readonly repaired_at_ms: number | null;
  /** Bookings that repairs found missing. */
  readonly repaired_bookings: number;
  /** When the latest `verify` began; absent before the first. */
  readonly verified_at_ms?: number;
}

export const WELL: Health = {
  late_deliveries: 0,
  failed_attempts: 0,
  last_late_at_ms: null,
  failed_steps: 0,
  rebuilt_at_ms: null,
  repaired_at_ms: null,
  repaired_bookings: 0,
};

/** A deed at the dashboard, as it stands in the audit log. */
export interface AuditRow {
  readonly place: number;
  readonly day: string;
  readonly who: string;
  readonly role: string;
  readonly location: string | null;
  readonly action: string;
  readonly subject: string | null;
}

/** How often a role at a location did something with one subject on one day. */
export interface Sighting {
  readonly day: string;
  readonly role: string;
  readonly location: string | null;
  readonly action: string;
  readonly count: number;
}

/** A place in the list of flags. */
export interface FlagPlace {
  readonly opened_at_ms: number;
  readonly id: string;
}

const AUDIT_COLUMNS = "place, day, who, role, location, action, subject";

/** All SQL of the object that is not of one generation. */
export class InsightsStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #ready = false;
  #current: GenerationStore | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
  }

  /** Whether anything was ever projected or logged here. Reads only: a question must not bring the object into existence. */
  exists(now_ms: number): boolean {
    if (this.#ready) return true;
    if (!hasSchema(this.#sql)) return false;
    this.create(now_ms);
    return true;
  }

  /** Brings the schema up to date, with a first generation. Answers whether the object is new. */
  create(now_ms: number): boolean {
    if (this.#ready) return false;
    runMigrations(this.#storage, insightsMigrations, { now_ms });
    const isNew = this.meta("generation") === null;
    if (isNew) this.transaction(() => this.#begin());
    this.#ready = true;
    return isNew;
  }

  #begin(): void {
    this.makeGeneration(1);
    this.setMeta("generation", 1);
  }

  /** The generation that reads are answered from. */
  current(): GenerationStore {
    const generation = this.meta("generation") ?? 1;
    if (this.#current?.generation !== generation) this.#current = new GenerationStore(this.#sql, generation);
    return this.#current;
  }

  /** Any generation; the one in use is always the same instance, because it keeps sums in memory. */
  generation(generation: number): GenerationStore {
    const current = this.current();
    return current.generation === generation ? current : new GenerationStore(this.#sql, generation);
  }

  /** Empty tables under a new number; whatever an abandoned attempt left there is removed. */
  makeGeneration(generation: number): void {
    this.dropGeneration(generation);
    this.#sql.exec(generationTables(generation));
    this.setMeta(`folded:${generation}`, 0);
  }

  dropGeneration(generation: number): void {
    this.#sql.exec(dropGenerationTables(generation));
    this.#sql.exec("DELETE FROM meta WHERE key = ?", `folded:${generation}`);
  }

  meta<Key extends keyof Meta>(key: Key): Meta[Key] | null {
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray();
    if (row === undefined) return null;
    const value: Meta[Key] = JSON.parse(row.value);
    return value;
  }

  setMeta<Key extends keyof Meta>(key: Key, value: Meta[Key] | null): void {
    if (value === null) this.#sql.exec("DELETE FROM meta WHERE key = ?", key);
    else
      this.#sql.exec(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key,
        JSON.stringify(value),
      );
  }

  flag(rule: FlagRule, subject: string): Flag | null {
    return this.flagById(flagId(rule, subject));
  }

  flagById(id: string): Flag | null {
    const [row] = this.#sql.exec<{ json: string }>("SELECT json FROM flag WHERE id = ?", id).toArray();
    return row === undefined ? null : readFlag(row.json);
  }

  putFlag(flag: Flag): void {
    this.#sql.exec(
      `INSERT INTO flag (id, rule, state, opened_at_ms, json) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, json = excluded.json`,
      flagId(flag.rule, flag.subject),
      flag.rule,
      flag.state,
      flag.opened_at_ms,
      JSON.stringify(flag),
    );
  }

  /** Newest first, behind a flag of the page before. Flags are few: a person looks at each. */
  flags(state: FlagState | null, behind: FlagPlace | null, limit: number): (Flag & { readonly id: string })[] {
    return this.#sql
      .exec<{ id: string; json: string }>(
        `SELECT id, json FROM flag WHERE (?1 IS NULL OR state = ?1) AND (opened_at_ms, id) < (?2, ?3)
         ORDER BY opened_at_ms DESC, id DESC LIMIT ?4`,
        state,
        behind?.opened_at_ms ?? Number.MAX_SAFE_INTEGER,
        behind?.id ?? "",
        limit,
      )
      .toArray()
      .map(({ id, json }) => ({ id, ...readFlag(json) }));
  }

  /** Remembers a booking that counts for a finding; once, however often. */
  suspect(rule: FlagRule, subject: string, { account, seq }: { readonly account: string; readonly seq: number }): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO suspect (rule, subject, account, seq) VALUES (?, ?, ?, ?)",
      rule,
      subject,
      account,
      seq,
    );
  }

  suspects(rule: FlagRule, subject: string, limit: number): { readonly account: string; readonly seq: number }[] {
    return this.#sql
      .exec<{ account: string; seq: number }>(
        "SELECT account, seq FROM suspect WHERE rule = ? AND subject = ? ORDER BY account, seq LIMIT ?",
        rule,
        subject,
        limit,
      )
      .toArray();
  }

  countOpen(rule: FlagRule): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM flag WHERE rule = ? AND state = 'open'", rule).one()
      .n;
  }

  /** Appends at the first free place from the given one on. */
  appendAudit(row: AuditRow): void {
    for (let { place } = row; ; place += 1) {
      const written = this.#sql.exec(
        `INSERT OR IGNORE INTO audit (${AUDIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        place,
        row.day,
        row.who,
        row.role,
        row.location,
        row.action,
        row.subject,
      ).rowsWritten;
      if (written > 0) return;
    }
  }

  audit(before: number, location: string | null, limit: number): AuditRow[] {
    return this.#sql
      .exec<{ [Key in keyof AuditRow]: AuditRow[Key] }>(
        `SELECT ${AUDIT_COLUMNS} FROM audit WHERE place < ?1 AND (?2 IS NULL OR location = ?2)
         ORDER BY place DESC LIMIT ?3`,
        before,
        location,
        limit,
      )
      .toArray();
  }

  sightings(subject: string, actions: readonly string[]): Sighting[] {
    return this.#sql
      .exec<{ [Key in keyof Sighting]: Sighting[Key] }>(
        `SELECT day, role, location, action, count(*) AS count FROM audit
         WHERE subject = ?1 AND action IN (SELECT value FROM json_each(?2))
         GROUP BY day, role, location, action ORDER BY day DESC, role, location, action`,
        subject,
        JSON.stringify(actions),
      )
      .toArray();
  }

  /** Runs in one transaction: a throw undoes everything. */
  transaction<Value>(run: () => Value): Value {
    try {
      return this.#storage.transactionSync(run);
    } catch (error) {
      this.#current?.forgetBudgets();
      throw error;
    }
  }

  /** What promotions with a budget have given over all accounts, and may give. */
  budgets(): BudgetUse[] {
    const seen = this.current();
    return seen.budgets(() => this.meta(`folded:${seen.generation}`) ?? 0);
  }
}

/** The same finding has the same id, whenever and in whatever generation it is found. */
export function flagId(rule: FlagRule, subject: string): string {
  const digest = createHash("sha256").update(`${rule}|${subject}`).digest();
  return `flg_${encodeBase32(new Uint8Array(digest), 20)}`;
}

function readFlag(json: string): Flag {
  const flag: Flag = JSON.parse(json);
  return flag;
}

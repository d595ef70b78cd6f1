import type { Activity, ActivityFacts, ActivityType } from "../../domain/insights/activity.ts";
import { placeAt, timeOfPlace } from "../../domain/insights/retention.ts";
import type { Tally } from "../../domain/insights/tally.ts";
import { HandOutStore } from "./hand-out-store.ts";
import type { BudgetUse } from "../../domain/program/budget.ts";
import type { BasketLine } from "../../domain/program/basket.ts";
import type { LocalDate } from "../../domain/time/local-date.ts";

/** How far an account is projected, and the hash that anchors its chain there. */
export interface Anchor {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** A projected booking without its basket. */
export interface BookingRow {
  readonly place: number;
  readonly at_ms: number;
  readonly account: string;
  readonly seq: number;
  readonly type: ActivityType;
  readonly location: string | null;
  readonly day: LocalDate;
  readonly facts: ActivityFacts;
}

export interface FeedFilter {
  readonly before: number;
  readonly limit: number;
  readonly account: string | null;
  readonly location: string | null;
  readonly types: readonly ActivityType[];
}

export interface BasketRow extends Pick<BookingRow, "place" | "at_ms" | "account" | "seq" | "location" | "day"> {
  readonly lines: readonly BasketLine[];
}

/** A new row; its place is found when it is written. */
export interface NewBooking extends Pick<Activity, "seq" | "at_ms" | "type" | "location" | "receipt" | "facts"> {
  readonly account: string;
  readonly hash: Uint8Array;
  readonly day: LocalDate;
  readonly basket: readonly BasketLine[] | null;
}

type Raw = {
  place: number;
  account: string;
  seq: number;
  type: ActivityType;
  location: string | null;
  day: string;
  facts: string;
};

const COLUMNS = "place, account, seq, type, location, day, facts";
/** Rows that one page of the feed may look at when its filter finds little; the next page goes on from there. */
const SCAN_MAX = 5_000;
/** How many rows back one looks for others of the same day, step by step: nearly all have seen enough after the first. */
const STEPS_BACK = [10, 40, 150] as const;
const VISITS: readonly ActivityType[] = ["sale", "return", "hold"];
/** Local midnight comes at most this much before that of UTC; an hour is spared for tills that run ahead. */
const ZONE_AHEAD_MAX_MS = 15 * 3_600_000;

/** All SQL of one generation of the projection. Every method is synchronous. */
export class GenerationStore {
  readonly generation: number;
  readonly #sql: SqlStorage;
  readonly #booking: string;
  readonly #voided: string;
  readonly #day: string;
  readonly hand_outs: HandOutStore;
  /** What promotions have given, by promotion; null until it was added up. */
  #budgets: Map<string, BudgetUse> | null = null;

  constructor(sql: SqlStorage, generation: number) {
    this.#sql = sql;
    this.generation = generation;
    this.#booking = `booking_${generation}`;
    this.#voided = `voided_${generation}`;
    this.#day = `day_${generation}`;
    this.hand_outs = new HandOutStore(sql, generation);
  }

  /** The newest booking known of an account; null when there is none. */
  anchor(account: string): Anchor | null {
    const [row] = this.#sql
      .exec<{
        seq: number;
        hash: ArrayBuffer;
      }>(`SELECT seq, hash FROM ${this.#booking} WHERE account = ? ORDER BY seq DESC LIMIT 1`, account)
      .toArray();
    return row === undefined ? null : { seq: row.seq, hash: new Uint8Array(row.hash) };
  }

  /** The anchors of the accounts behind `after`, by account. */
  anchors(after: string, limit: number): (Anchor & { readonly account: string })[] {
    const found: (Anchor & { readonly account: string })[] = [];
    // One seek per account: grouping would read every booking.
    for (let account = after; found.length < limit;) {
      const [next] = this.#sql
        .exec<{
          account: string;
        }>(`SELECT account FROM ${this.#booking} WHERE account > ? ORDER BY account LIMIT 1`, account)
        .toArray();
      const anchor = next === undefined ? null : this.anchor(next.account);
      if (next === undefined || anchor === null) break;
      account = next.account;
      found.push({ account, ...anchor });
    }
    return found;
  }

  /** Accounts behind `after` with a booking from a place on. */
  touchedSince(place: number, after: string, limit: number): string[] {
    return this.#sql
      .exec<{ account: string }>(
        `SELECT DISTINCT account FROM ${this.#booking} WHERE place >= ? AND account > ? ORDER BY account LIMIT ?`,
        place,
        after,
        limit,
      )
      .toArray()
      .map(({ account }) => account);
  }

  hashOf(account: string, seq: number): Uint8Array | null {
    const [row] = this.#sql
      .exec<{ hash: ArrayBuffer }>(`SELECT hash FROM ${this.#booking} WHERE account = ? AND seq = ?`, account, seq)
      .toArray();
    return row === undefined ? null : new Uint8Array(row.hash);
  }

  rename(account: string, to: string): void {
    this.#sql.exec(`UPDATE ${this.#booking} SET account = ? WHERE account = ?`, to, account);
    this.#sql.exec(`UPDATE ${this.#voided} SET account = ? WHERE account = ?`, to, account);
    this.#sql.exec(
      "UPDATE hand_out SET account = ? WHERE generation = ? AND account = ?",
      to,
      this.generation,
      account,
    );
  }

  /** Writes a booking at the first free place of its instant, and answers the place. */
  insert(row: NewBooking): number {
    const place = this.#freePlace(placeAt(row.at_ms));
    this.#sql.exec(
      `INSERT INTO ${this.#booking} (place, account, seq, hash, type, location, day, receipt, facts, basket)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      place,
      row.account,
      row.seq,
      row.hash,
      row.type,
      row.location,
      row.day,
      row.receipt,
      JSON.stringify(row.facts),
      row.basket === null ? null : JSON.stringify(row.basket),
    );
    return place;
  }

  #freePlace(first: number): number {
    for (let place = first; ; place += 1) {
      const taken = this.#sql.exec(`SELECT 1 FROM ${this.#booking} WHERE place = ?`, place).toArray();
      if (taken.length === 0) return place;
    }
  }

  /** Takes over rows of an account from another generation, as they stand there. */
  copyAccount(from: GenerationStore, account: string): NewBooking[] {
    const rows = this.#sql
      .exec<Raw & { hash: ArrayBuffer; receipt: string | null; basket: string | null }>(
        `SELECT ${COLUMNS}, hash, receipt, basket FROM ${from.#booking} WHERE account = ? ORDER BY seq`,
        account,
      )
      .toArray();
    this.#sql.exec(`INSERT OR IGNORE INTO ${this.#voided} SELECT * FROM ${from.#voided} WHERE account = ?`, account);
    return rows.map(({ hash, receipt, basket: text, ...raw }) => {
      const { place: _place, ...row } = readRow(raw);
      const basket: BasketLine[] | null = text === null ? null : JSON.parse(text);
      return { ...row, hash: new Uint8Array(hash), receipt, basket };
    });
  }

  bySeq(account: string, seq: number): BookingRow | null {
    return this.#rows(`WHERE account = ? AND seq = ?`, account, seq)[0] ?? null;
  }

  /** The account that this one has gone up in; null when it lives. Handing over is the last that an account does. */
  handedTo(account: string): string | null {
    const [row] = this.#rows("WHERE account = ? ORDER BY seq DESC LIMIT 3", account).filter(
      ({ type }) => type === "handed_over",
    );
    return row?.facts.other ?? null;
  }

  /** Bookings of an account in ledger order. */
  ofAccount(account: string, after_seq: number, limit: number): BookingRow[] {
    return this.#rows("WHERE account = ? AND seq > ? ORDER BY seq LIMIT ?", account, after_seq, limit);
  }

  byReceipt(receipt: string): BookingRow[] {
    return this.#rows("WHERE receipt = ? ORDER BY account, seq", receipt);
  }

  receiptOf(account: string, seq: number): string | null {
    const [row] = this.#sql
      .exec<{
        receipt: string | null;
      }>(`SELECT receipt FROM ${this.#booking} WHERE account = ? AND seq = ?`, account, seq)
      .toArray();
    return row?.receipt ?? null;
  }

  /** Whether the member has been at this location on this day before. */
  visitedOn(account: string, location: string, day: LocalDate): boolean {
    for (const raw of this.#newestOn(account, day)) {
      if (raw.location === location && VISITS.includes(raw.type)) return true;
    }
    return false;
  }

  /**
   * Reads an account's newest bookings of one day and of the given types, oldest first. A day is read once, however often
   * it is asked about: use it for as long as nothing is written.
   */
  dayReader(): (account: string, day: LocalDate, types: readonly ActivityType[]) => BookingRow[] {
    const read = new Map<string, readonly Raw[]>();
    return (account, day, types) => {
      const key = `${account}|${day}`;
      const rows = read.get(key) ?? [...this.#newestOn(account, day)].toReversed();
      read.set(key, rows);
      return rows.filter(({ type }) => types.includes(type)).map(readRow);
    };
  }

  /**
   * Read in small steps, so that an old member's past is not: a booking is never written before the day it counts on. Every
   * step is read to its end: a table with an open cursor cannot be dropped, and a rebuild would never finish.
   */
  *#newestOn(account: string, day: LocalDate): Generator<Raw, void> {
    const from = placeAt(Date.parse(day) - ZONE_AHEAD_MAX_MS);
    let before = Number.MAX_SAFE_INTEGER;
    for (const size of STEPS_BACK) {
      const step = this.#sql
        .exec<Raw>(
          `SELECT ${COLUMNS} FROM ${this.#booking} WHERE account = ? AND seq < ? ORDER BY seq DESC LIMIT ${size}`,
          account,
          before,
        )
        .toArray();
      for (const raw of step) {
        if (raw.place < from) return;
        if (raw.day === day) yield raw;
        before = raw.seq;
      }
      if (step.length < size) return;
    }
  }

  /** A page of the feed, newest first, and the place where it stopped looking; null at the end. */
  feed({ before, limit, account, location, types }: FeedFilter): {
    readonly rows: BookingRow[];
    readonly next: number | null;
  } {
    const filter = `(?2 IS NULL OR location = ?2) AND type IN (SELECT value FROM json_each(?3)) LIMIT ?4`;
    const source =
      account === null
        ? `SELECT ${COLUMNS} FROM ${this.#booking} WHERE place < ?1 ORDER BY place DESC LIMIT ${SCAN_MAX}`
        : `SELECT ${COLUMNS} FROM ${this.#booking} WHERE account = ?5 AND place < ?1 ORDER BY seq DESC LIMIT ${SCAN_MAX}`;
    const bindings = [before, location, JSON.stringify(types), limit, ...(account === null ? [] : [account])];
    const rows = this.#sql
      .exec<Raw>(`SELECT ${COLUMNS} FROM (${source}) WHERE ${filter}`, ...bindings)
      .toArray()
      .map(readRow);
    if (rows.length === limit) return { rows, next: rows.at(-1)?.place ?? null };
    return { rows, next: this.#endOfScan(before, account) };
  }

  /** The last row that a scan looked at; null when it came to the end. */
  #endOfScan(before: number, account: string | null): number | null {
    const where = account === null ? "" : "AND account = ?2";
    const order = account === null ? "place" : "seq";
    const [row] = this.#sql
      .exec<{ place: number }>(
        `SELECT place FROM ${this.#booking} WHERE place < ?1 ${where} ORDER BY ${order} DESC LIMIT 1 OFFSET ${SCAN_MAX - 1}`,
        before,
        ...(account === null ? [] : [account]),
      )
      .toArray();
    return row?.place ?? null;
  }

  /** Bookings behind a place, in order of time. */
  behind(place: number, through: number, limit: number): BookingRow[] {
    return this.#rows("WHERE place > ? AND place <= ? ORDER BY place LIMIT ?", place, through, limit);
  }

  baskets(after: number, limit: number): BasketRow[] {
    return this.#sql
      .exec<Raw & { basket: string }>(
        `SELECT ${COLUMNS}, basket FROM ${this.#booking} WHERE place > ? AND basket IS NOT NULL ORDER BY place LIMIT ?`,
        after,
        limit,
      )
      .toArray()
      .map((raw) => {
        const { place, at_ms, account, seq, location, day } = readRow(raw);
        const lines: BasketLine[] = JSON.parse(raw.basket);
        return { place, at_ms, account, seq, location, day, lines };
      });
  }

  /** Removes the baskets before a place, so many at a time; answers how many. */
  dropBaskets(before: number, limit: number): number {
    return this.#sql.exec(
      `UPDATE ${this.#booking} SET basket = NULL WHERE place IN (
         SELECT place FROM ${this.#booking} WHERE place < ? AND basket IS NOT NULL ORDER BY place LIMIT ?
       )`,
      before,
      limit,
    ).rowsWritten;
  }

  oldestBasket(): number | null {
    const [row] = this.#sql
      .exec<{ place: number }>(`SELECT place FROM ${this.#booking} WHERE basket IS NOT NULL ORDER BY place LIMIT 1`)
      .toArray();
    return row?.place ?? null;
  }

  void(account: string, seq: number): void {
    this.#sql.exec(`INSERT OR IGNORE INTO ${this.#voided} (account, seq) VALUES (?, ?)`, account, seq);
  }

  /** Sales of an account, from a sequence on, that have come back in full. */
  voidedSince(account: string, seq: number): ReadonlySet<number> {
    const rows = this.#sql
      .exec<{ seq: number }>(`SELECT seq FROM ${this.#voided} WHERE account = ? AND seq >= ?`, account, seq)
      .toArray();
    return new Set(rows.map((row) => row.seq));
  }

  isVoided(account: string, seq: number): boolean {
    const found = this.#sql.exec(`SELECT 1 FROM ${this.#voided} WHERE account = ? AND seq = ?`, account, seq).toArray();
    return found.length > 0;
  }

  tally(day: LocalDate, location: string): Tally | null {
    const [row] = this.#sql
      .exec<{ tally: string }>(`SELECT tally FROM ${this.#day} WHERE day = ? AND location = ?`, day, location)
      .toArray();
    return row === undefined ? null : readTally(row.tally);
  }

  putTally(day: LocalDate, location: string, tally: Tally): void {
    this.#sql.exec(
      `INSERT INTO ${this.#day} (day, location, tally) VALUES (?, ?, ?)
       ON CONFLICT (day, location) DO UPDATE SET tally = excluded.tally`,
      day,
      location,
      JSON.stringify(tally),
    );
  }

  tallies(from: LocalDate, to: LocalDate): { day: LocalDate; location: string; tally: Tally }[] {
    return this.#sql
      .exec<{
        day: string;
        location: string;
        tally: string;
      }>(`SELECT day, location, tally FROM ${this.#day} WHERE day >= ? AND day <= ? ORDER BY day, location`, from, to)
      .toArray()
      .map((row) => ({ ...row, tally: readTally(row.tally) }));
  }

  /** Takes note of what a booking that is not in the roll-ups yet gave: in memory, so that a sale writes no row for it. */
  noteBudget(use: BudgetUse): void {
    if (this.#budgets !== null) addUse(this.#budgets, use);
  }

  /** Adds what bookings gave that are in the roll-ups, one row for each promotion. */
  foldBudgets(uses: Iterable<BudgetUse>): void {
    const sums = new Map<string, BudgetUse>();
    for (const use of uses) addUse(sums, use);
    for (const { promotion, used, max } of sums.values()) {
      this.#sql.exec(
        `INSERT INTO budget (generation, promotion, used, max) VALUES (?, ?, ?, ?)
         ON CONFLICT (generation, promotion) DO UPDATE SET used = used + excluded.used, max = excluded.max`,
        this.generation,
        promotion,
        used,
        max,
      );
    }
  }

  /** Forgets the sums that are kept in memory: a transaction that added to them was undone. */
  forgetBudgets(): void {
    this.#budgets = null;
  }

  /**
   * What promotions with a budget have given over all accounts, and may give. Added up once per waking.
   *
   * @param folded the place up to which bookings are in the roll-ups; asked when they are added up
   */
  budgets(folded: () => number): BudgetUse[] {
    this.#budgets ??= this.#addUpBudgets(folded());
    return [...this.#budgets.values()].toSorted((left, right) => (left.promotion < right.promotion ? -1 : 1));
  }

  #addUpBudgets(folded: number): Map<string, BudgetUse> {
    const sums = new Map<string, BudgetUse>();
    const known = this.#sql
      .exec<{ promotion: string; used: number; max: number }>(
        "SELECT promotion, used, max FROM budget WHERE generation = ?",
        this.generation,
      )
      .toArray();
    for (const use of known) addUse(sums, use);
    const behind = this.#sql
      .exec<{ budgets: string }>(
        `SELECT json_extract(facts, '$.budgets') AS budgets FROM ${this.#booking}
         WHERE place > ? AND json_extract(facts, '$.budgets') IS NOT NULL ORDER BY place`,
        folded,
      )
      .toArray();
    for (const { budgets } of behind) {
      const uses: BudgetUse[] = JSON.parse(budgets);
      for (const use of uses) addUse(sums, use);
    }
    return sums;
  }

  #rows(where: string, ...bindings: (string | number)[]): BookingRow[] {
    return this.#sql
      .exec<Raw>(`SELECT ${COLUMNS} FROM ${this.#booking} ${where}`, ...bindings)
      .toArray()
      .map(readRow);
  }
}

function addUse(sums: Map<string, BudgetUse>, { promotion, used, max }: BudgetUse): void {
  sums.set(promotion, { promotion, used: (sums.get(promotion)?.used ?? 0) + used, max });
}

function readRow({ place, account, seq, type, location, day, facts: text }: Raw): BookingRow {
  const facts: ActivityFacts = JSON.parse(text);
  return { place, at_ms: timeOfPlace(place), account, seq, type, location, day, facts };
}

function readTally(text: string): Tally {
  const tally: Tally = JSON.parse(text);
  return tally;
}

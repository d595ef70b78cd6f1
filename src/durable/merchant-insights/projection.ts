import { accountObjectName, formatObjectName, type ObjectName } from "../../domain/tenancy/object-name.ts";
import type { BudgetUse } from "../../domain/program/budget.ts";
import type { LocalDate } from "../../domain/time/local-date.ts";
import { invariant } from "../../domain/invariant.ts";
import { type Applied, applyBatch, type Batch, readBatch, withLapse, write } from "./apply.ts";
import { RegistryClient } from "../merchant-registry/client.ts";
import type { Delays } from "./delays.ts";
import { foldDays } from "./fold.ts";
import { GroupCommit } from "./group-commit.ts";
import type { GenerationStore } from "./generation-store.ts";
import { judgeChain, judgeReceipts, judgeShortfalls } from "./judge.ts";
import type { CloseMessage, LedgerRow, PushAnswer, PushMessage } from "./protocol.ts";
import { type InsightsStore, WELL } from "./store.ts";
import { watchBookings } from "./watch-bookings.ts";
import { Zones } from "./zones.ts";

/** Takes bookings in: the one way into a generation, for accounts that push and for walks that fetch. */
export class Projection {
  readonly #name: ObjectName;
  readonly #store: InsightsStore;
  readonly #zones: Zones;
  readonly #commits: GroupCommit;
  readonly #registry: Env["MERCHANT_REGISTRY"];

  constructor(name: ObjectName, store: InsightsStore, registry: Env["MERCHANT_REGISTRY"]) {
    this.#name = name;
    this.#store = store;
    this.#registry = registry;
    this.#zones = new Zones(name, store, registry);
    this.#commits = new GroupCommit((run) => store.transaction(run));
  }

  /** What an account brings goes into the generation in use, and into one that is being built. */
  async push({ account, rows, failed_attempts }: PushMessage, now_ms: number, delays: Delays): Promise<PushAnswer> {
    const batch = await this.#read(account, rows, now_ms);
    const answer = await this.#commits.run(() => {
      const current = this.#store.current();
      const { seq } = this.#apply(current, batch, now_ms);
      const walk = this.#store.meta("walk");
      if (walk?.kind === "rebuild") this.#apply(this.#store.generation(walk.generation), batch, now_ms);
      if (rows.length > 0) foldDays(this.#store, current, now_ms);
      if (batch.committed_at_ms !== null) delays.add(now_ms - batch.committed_at_ms);
      if (failed_attempts > 0) this.#noteLate(failed_attempts, now_ms);
      return { seq };
    });
    if (batch.rows.some(({ activity }) => activity.facts.budgets !== undefined)) await this.#closeBudgets(now_ms);
    return answer;
  }

  /**
   * Tells the registry which promotions have given all that they may. What cannot be told now is told with the next sale
   * that spends of it: while there is none, nothing is overspent either.
   */
  async #closeBudgets(now_ms: number): Promise<void> {
    const closed = () => this.#store.meta("closed_budgets") ?? {};
    const isNews = ({ promotion, used, max }: BudgetUse) => used >= max && (closed()[promotion] ?? 0) < max;
    for (const { promotion, max } of this.#store.budgets().filter(isNews)) {
      try {
        const registry = new RegistryClient(this.#registry, this.#name);
        const told = await registry.closeBudget({ promotion, max, now_ms });
        if (told.ok) this.#store.setMeta("closed_budgets", { ...closed(), [promotion]: max });
      } catch (error) {
        console.log(JSON.stringify({ event: "budget_not_closed", promotion, error: String(error) }));
      }
    }
  }

  /** What a walk has fetched from an account. */
  async take(target: GenerationStore, account: string, rows: readonly LedgerRow[], now_ms: number): Promise<Applied> {
    const batch = await this.#read(account, rows, now_ms);
    return this.#store.transaction(() => this.#apply(target, batch, now_ms));
  }

  /** An account whose ledger is gone: nobody can spend any more what stood on it. Saying so twice changes nothing. */
  close({ account, at_ms }: CloseMessage): void {
    this.#store.transaction(() => {
      const walk = this.#store.meta("walk");
      const targets = [this.#store.current()];
      if (walk?.kind === "rebuild") targets.push(this.#store.generation(walk.generation));
      for (const target of targets) this.#close(target, account, at_ms);
    });
  }

  /** A ledger that does not hold, or ends before what was seen of it. */
  reportBroken(account: string, seq: number, now_ms: number): void {
    judgeChain(this.#store, { account, seq }, now_ms);
  }

  #close(target: GenerationStore, account: string, at_ms: number): void {
    const anchor = target.anchor(account);
    const last = anchor === null ? null : target.bySeq(account, anchor.seq);
    if (anchor === null || last === null || last.type === "deleted") return;
    const facts = withLapse(target, account, { hand_outs: [{ move: "gone" }] });
    const day = this.#zones.dayOf(null, at_ms);
    const row = { account, seq: anchor.seq + 1, hash: anchor.hash, at_ms, day, facts };
    const folded = this.#store.meta(`folded:${target.generation}`) ?? 0;
    write(target, { ...row, type: "deleted", location: null, receipt: null, basket: null }, folded);
  }

  async #read(account: string, rows: readonly LedgerRow[], now_ms: number): Promise<Batch> {
    const object = accountObjectName(this.#name, account);
    invariant(object !== null, `not an account id: ${account}`);
    const batch = readBatch(account, formatObjectName(object), rows);
    const locations = new Set(batch.rows.flatMap(({ activity }) => activity.location ?? []));
    if (rows.length > 0) await this.#zones.prepare(locations, now_ms);
    return batch;
  }

  #apply(target: GenerationStore, batch: Batch, now_ms: number): Applied {
    const applied = applyBatch(target, batch, {
      now_ms,
      dayOf: (location, at_ms) => this.#zones.dayOf(location, at_ms),
      folded: this.#store.meta(`folded:${target.generation}`) ?? 0,
    });
    judgeReceipts(this.#store, target, applied.receipts, now_ms);
    judgeShortfalls(this.#store, applied.rows, now_ms);
    const settings = this.#zones.watch;
    if (settings !== null && applied.written > 0) {
      const withdraws = target.generation === this.#store.current().generation;
      const deps = { store: this.#store, seen: target, settings, withdraws, now_ms };
      watchBookings(deps, applied.rows, applied.voided);
    }
    if (applied.broken_at !== null) judgeChain(this.#store, { account: batch.account, seq: applied.broken_at }, now_ms);
    return applied;
  }

  dayOf(location: string | null, at_ms: number): LocalDate {
    return this.#zones.dayOf(location, at_ms);
  }

  #noteLate(attempts: number, now_ms: number): void {
    const health = this.#store.meta("health") ?? WELL;
    this.#store.setMeta("health", {
      ...health,
      late_deliveries: health.late_deliveries + 1,
      failed_attempts: health.failed_attempts + attempts,
      last_late_at_ms: now_ms,
    });
  }
}

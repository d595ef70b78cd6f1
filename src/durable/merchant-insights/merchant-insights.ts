import { DurableObject } from "cloudflare:workers";
import { invariant } from "../../domain/invariant.ts";
import { type StoredValuePeriod, storedValue } from "../../domain/insights/stored-value.ts";
import { NO_TALLY } from "../../domain/insights/tally.ts";
import { type ObjectName, parseObjectName } from "../../domain/tenancy/object-name.ts";
import { assertObjectIdentity } from "../shared/object-identity.ts";
import { countActiveMembers } from "./active-members.ts";
import { Delays } from "./delays.ts";
import { readDays, readTotals } from "./fold.ts";
import { nextChore, runChores } from "./chores.ts";
import { Projection } from "./projection.ts";
import type * as protocol from "./protocol.ts";
import { SIGHTING_ACTIONS } from "./protocol.ts";
import { appendAudit, readAnchors, readAudit, readFeed, readFlags, resolveFlag } from "./read.ts";
import { InsightsStore, WELL } from "./store.ts";
import { beginWalk } from "./walk.ts";

const PAGE_MAX = 500;
/** How often the platform rings again after a failure, and when to try again what failed that often. */
const ALARM_RETRIES = 5;
const ALARM_GAVE_UP_MS = 15 * 60_000;
const NO_TOTALS: protocol.Totals = { days: [], sum: NO_TALLY };

/**
 * What a merchant wants to know of all accounts together, one object per merchant and mode. A projection: everything but
 * flags and the audit log can be built again from the accounts, and nothing here approves a spend. Asked before anything
 * was projected, it answers that there is nothing, and stays nothing.
 */
export class MerchantInsights extends DurableObject {
  readonly #store = new InsightsStore(this.ctx.storage);
  readonly #delays = new Delays();
  #projection: Projection | null = null;

  /** Takes bookings of one account. In order and once each, however they arrive; the answer says where to go on. */
  async push(message: protocol.PushMessage): Promise<protocol.PushAnswer> {
    const projection = this.#projectionOf(assertObjectIdentity(this.ctx.id, message.to));
    const now_ms = Date.now();
    // An account that only asks how far insights has come must not bring it into existence.
    if (message.rows.length === 0 && !this.#store.exists(now_ms)) return { seq: 0 };
    if (this.#store.create(now_ms)) await this.#arm();
    return projection.push(message, now_ms, this.#delays);
  }

  /** An account's ledger is about to be deleted. */
  async close(message: protocol.CloseMessage): Promise<void> {
    if (this.#exists(message)) this.#projectionOf(this.#name(message)).close(message);
  }

  async feed(query: protocol.FeedQuery): Promise<protocol.FeedPage> {
    checkLimit(query.limit);
    return this.#exists(query) ? readFeed(this.#store.current(), query) : { items: [], next: null };
  }

  async totals(query: protocol.TotalsQuery): Promise<protocol.Totals> {
    return this.#exists(query) ? readTotals(this.#store, query) : NO_TOTALS;
  }

  /** What became of stored value, period by period. */
  async storedValue(query: protocol.StoredValueQuery): Promise<readonly StoredValuePeriod[]> {
    return storedValue(this.#exists(query) ? readDays(this.#store, query.to_day) : [], query);
  }

  /** What members were promised and is, or was, to be handed over. */
  async handOuts(query: protocol.HandOutsQuery): Promise<readonly protocol.HandOut[]> {
    checkLimit(query.limit);
    return this.#exists(query) ? this.#store.current().hand_outs.list(query) : [];
  }

  /** What promotions with a budget have given. */
  async budgets(query: protocol.Addressed): Promise<readonly protocol.BudgetView[]> {
    if (!this.#exists(query)) return [];
    const closed = this.#store.meta("closed_budgets") ?? {};
    return this.#store.budgets().map((row) => ({ ...row, used_up: (closed[row.promotion] ?? 0) >= row.max }));
  }

  /** How many members have an unreturned sale or redemption in a span of time. */
  async activeMembers(query: protocol.ActiveMembersQuery): Promise<number> {
    return this.#exists(query) ? countActiveMembers(this.#store.current(), query) : 0;
  }

  async flags(query: protocol.FlagsQuery): Promise<protocol.FlagPage> {
    checkLimit(query.limit);
    return this.#exists(query) ? readFlags(this.#store, query) : { flags: [], next: null };
  }

  /** Null when there is no such flag. */
  async flag(query: protocol.FlagQuery): Promise<protocol.FlagView | null> {
    const flag = this.#exists(query) ? this.#store.flagById(query.id) : null;
    return flag === null ? null : { id: query.id, ...flag };
  }

  /** Null when there is no such flag. */
  async resolveFlag(message: protocol.ResolveFlagMessage): Promise<protocol.FlagView | null> {
    if (!this.#exists(message)) return null;
    const day = this.#projectionOf(this.#name(message)).dayOf(message.by.location, message.at_ms);
    return resolveFlag(this.#store, message, day);
  }

  async appendAudit(message: protocol.AuditMessage): Promise<void> {
    const projection = this.#projectionOf(this.#name(message));
    if (this.#store.create(Date.now())) await this.#arm();
    appendAudit(this.#store, message, (location, at_ms) => projection.dayOf(location, at_ms));
  }

  async audit(query: protocol.AuditQuery): Promise<protocol.AuditPage> {
    checkLimit(query.limit);
    return this.#exists(query) ? readAudit(this.#store, query) : { entries: [], next: null };
  }

  /** Who saw a member's data: how often, in which role, where, per day; no names. */
  async sightings(query: protocol.SightingsQuery): Promise<readonly protocol.Sighting[]> {
    return this.#exists(query) ? this.#store.sightings(query.subject, SIGHTING_ACTIONS) : [];
  }

  async baskets(query: protocol.BasketsQuery): Promise<readonly protocol.BasketRow[]> {
    checkLimit(query.limit);
    return this.#exists(query) ? this.#store.current().baskets(query.after, query.limit) : [];
  }

  /** How far each account is projected, with the hash of its chain there. */
  async anchors(query: protocol.AnchorsQuery): Promise<readonly protocol.AnchorRow[]> {
    checkLimit(query.limit);
    return this.#exists(query) ? readAnchors(this.#store.current(), query) : [];
  }

  /** Starts to fetch from the accounts what is missing here, or everything anew beside what is in use. */
  async startWalk(message: protocol.WalkMessage): Promise<protocol.WalkAnswer> {
    this.#name(message);
    const now_ms = Date.now();
    // A rebuild may be ordered for an object that has lost everything; a repair of nothing is nothing.
    if (message.kind === "rebuild") this.#store.create(now_ms);
    else if (!this.#store.exists(now_ms)) return "nothing_here";
    const running = this.#store.meta("walk");
    if (running !== null && !takesPlace(message.kind, running.kind)) {
      // Should the platform have lost its alarm, being asked again is what sets it going.
      if ((await this.ctx.storage.getAlarm()) === null) await this.#arm();
      return "running";
    }
    beginWalk(this.#store, message.kind, now_ms);
    await this.#arm();
    return "started";
  }

  async health(query: protocol.Addressed): Promise<protocol.HealthView> {
    const exists = this.#exists(query);
    return {
      ...((exists ? this.#store.meta("health") : null) ?? WELL),
      exists,
      generation: exists ? this.#store.current().generation : 0,
      walk: exists ? this.#store.meta("walk") : null,
      broken_chains: exists ? this.#store.countOpen("chain_broken") : 0,
      delay: this.#delays.summary(),
    };
  }

  /** Walks on, and lets old baskets go. A step that fails is noted and taken again, after longer and longer waits. */
  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    try {
      await this.#doChores();
    } catch (error) {
      // After its last retry the platform forgets an alarm, and what it was for with it.
      if ((info?.retryCount ?? 0) < ALARM_RETRIES) throw error;
      console.log(JSON.stringify({ event: "insights_alarm_failed", object: this.ctx.id.name, error: String(error) }));
      await this.ctx.storage.setAlarm(Date.now() + ALARM_GAVE_UP_MS);
    }
  }

  async #doChores(): Promise<void> {
    const now_ms = Date.now();
    if (!this.#store.exists(now_ms)) return;
    const name = parseObjectName(this.ctx.id.name ?? "");
    invariant(name !== null, "insights has a name");
    await runChores({ store: this.#store, projection: this.#projectionOf(name), name, env: this.env, now_ms });
    await this.#arm();
  }

  async #arm(): Promise<void> {
    await this.ctx.storage.setAlarm(nextChore(this.#store, Date.now()));
  }

  #exists(message: protocol.Addressed): boolean {
    this.#name(message);
    return this.#store.exists(Date.now());
  }

  #name(message: protocol.Addressed): ObjectName {
    return assertObjectIdentity(this.ctx.id, message.to);
  }

  #projectionOf(name: ObjectName): Projection {
    this.#projection ??= new Projection(name, this.#store, this.env.MERCHANT_REGISTRY);
    return this.#projection;
  }
}

/** A rebuild takes the place of everything but a rebuild, a repair that of a verification, which waits a night. */
function takesPlace(wanted: protocol.WalkMessage["kind"], running: protocol.WalkMessage["kind"]): boolean {
  const rank = { verify: 0, repair: 1, rebuild: 2 };
  return running !== "rebuild" && rank[wanted] > rank[running];
}

function checkLimit(limit: number): void {
  invariant(Number.isSafeInteger(limit) && limit >= 1 && limit <= PAGE_MAX, `page size out of range: ${limit}`);
}

import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import { placeAt } from "../../domain/insights/retention.ts";
import { accountObjectName, formatObjectName, type ObjectName } from "../../domain/tenancy/object-name.ts";
import { accountClient } from "../member-account/client.ts";
import { RegistryClient } from "../merchant-registry/client.ts";
import { invariant } from "../../domain/invariant.ts";
import { write } from "./apply.ts";
import { foldDays } from "./fold.ts";
import type { GenerationStore } from "./generation-store.ts";
import type { Projection } from "./projection.ts";
import { type InsightsStore, type Walk, WELL } from "./store.ts";
import { verifyLedger } from "./verify-ledger.ts";

/** What one step does at most: so many accounts, or so many bookings. */
const ACCOUNTS_MAX = 50;
const BOOKINGS_MAX = 2_500;
const REGISTRY_PAGE = 50;
const DAY_MS = 86_400_000;
/** How far a verification looks back: to the one before, a day when there was none, no more than this. */
const VERIFY_BACK_MAX_MS = 8 * DAY_MS;

export interface WalkDeps {
  readonly store: InsightsStore;
  readonly projection: Projection;
  readonly name: ObjectName;
  readonly env: Pick<Env, "MEMBER_ACCOUNT" | "MERCHANT_REGISTRY">;
  readonly now_ms: number;
}

/** How far a step came. */
interface Progress {
  accounts: number;
  bookings: number;
}

/** A walk that has not taken a step. A rebuild gets empty tables beside those in use. */
export function beginWalk(store: InsightsStore, kind: Walk["kind"], now_ms: number): Walk {
  const current = store.current().generation;
  const generation = kind === "rebuild" ? current + 1 : current;
  const walk: Walk = {
    kind,
    generation,
    phase: "known",
    after: null,
    started_at_ms: now_ms,
    accounts: 0,
    bookings: 0,
    failures: 0,
    failing_since_ms: null,
    ...(kind === "verify" ? { since_ms: verifiedSince(store, now_ms) } : {}),
  };
  store.transaction(() => {
    const running = store.meta("walk");
    if (running?.kind === "rebuild") store.dropGeneration(running.generation);
    if (kind === "rebuild") store.makeGeneration(generation);
    store.setMeta("walk", walk);
  });
  return walk;
}

function verifiedSince(store: InsightsStore, now_ms: number): number {
  const before = store.meta("health")?.verified_at_ms ?? now_ms - DAY_MS;
  return Math.max(before, now_ms - VERIFY_BACK_MAX_MS);
}

/**
 * Takes one bounded step and remembers how far it came; answers the walk as it stands, null when it is done. Bookings
 * that arrive meanwhile go into both generations, so an account that was visited stays complete.
 *
 * @throws ObjectUnavailableError when an account or the registry cannot be reached; the step is taken again later
 */
export async function stepWalk(deps: WalkDeps, walk: Walk): Promise<Walk | null> {
  const progress: Progress = { accounts: 0, bookings: 0 };
  const next = await takeStep(deps, walk, progress);
  const { store, now_ms } = deps;
  return store.transaction(() => {
    // A rebuild ordered meanwhile takes the place of this walk.
    const running = store.meta("walk");
    if (running === null || running.started_at_ms !== walk.started_at_ms || running.kind !== walk.kind) return running;
    const accounts = walk.accounts + progress.accounts;
    const bookings = walk.bookings + progress.bookings;
    if (next === null) {
      finish(store, { ...walk, accounts, bookings }, now_ms);
      return null;
    }
    const stands: Walk = { ...walk, ...next, accounts, bookings, failures: 0, failing_since_ms: null };
    store.setMeta("walk", stands);
    return stands;
  });
}

type Position = Pick<Walk, "phase" | "after">;

async function takeStep(deps: WalkDeps, walk: Walk, progress: Progress): Promise<Position | null> {
  if (walk.kind === "verify") return verifyTouched(deps, walk, progress);
  switch (walk.phase) {
    case "known":
      return visitKnown(deps, walk, progress);
    case "registry":
      return visitRegistry(deps, walk, progress);
    case "fold": {
      const { store, now_ms } = deps;
      const done = store.transaction(() => foldDays(store, store.generation(walk.generation), now_ms, true));
      return done ? null : { phase: "fold", after: null };
    }
  }
}

/** Adds up the ledgers that were written to; one that does not hold is flagged, and the walk goes on. */
async function verifyTouched(deps: WalkDeps, walk: Walk, progress: Progress): Promise<Position | null> {
  const { store, name, env } = deps;
  const seen = store.current();
  let after = walk.after ?? "";
  const accounts = seen.touchedSince(placeAt(walk.since_ms ?? 0), after, ACCOUNTS_MAX);
  for (const account of accounts) {
    if (progress.bookings >= BOOKINGS_MAX) return { phase: "known", after };
    await verifyAccount(deps, account, progress);
    after = account;
  }
  return accounts.length < ACCOUNTS_MAX ? null : { phase: "known", after };

  async function verifyAccount({ projection, now_ms }: WalkDeps, account: string, counted: Progress): Promise<void> {
    const object = accountObjectName(name, account);
    if (object === null) return;
    const client = accountClient(env.MEMBER_ACCOUNT, name, account, { clock_offset_ms: 0 });
    const reading = await verifyLedger(formatObjectName(object), (seq) => client.chain(seq), {
      hashOf: (seq) => seen.hashOf(account, seq),
    });
    counted.accounts += 1;
    counted.bookings += reading.bookings;
    const end = seen.anchor(account)?.seq ?? 0;
    // A ledger that is gone was deleted in time; one that ends too early was rewound.
    const isRewound = reading.broken === null && reading.bookings > 0 && reading.bookings < end;
    if (reading.broken === null && !isRewound) return;
    const { seq, problem } = reading.broken ?? { seq: reading.bookings + 1, problem: "it was there before" };
    projection.reportBroken(account, seq, now_ms);
    const { mode, merchant } = name;
    console.error(JSON.stringify({ event: "ledger_broken", mode, merchant, account, seq, problem }));
  }
}

/** The accounts that the generation in use knows: members, sales without one, and those that have ended. */
async function visitKnown(deps: WalkDeps, walk: Walk, progress: Progress): Promise<Position> {
  let after = walk.after ?? "";
  const accounts = deps.store.current().anchors(after, ACCOUNTS_MAX);
  for (const { account } of accounts) {
    if (progress.bookings >= BOOKINGS_MAX) return { phase: "known", after };
    const complete = await visit(deps, walk, account, progress);
    if (!complete) return { phase: "known", after };
    after = account;
  }
  return accounts.length < ACCOUNTS_MAX ? { phase: "registry", after: null } : { phase: "known", after };
}

/** The members of the registry of whom nothing has arrived here. */
async function visitRegistry(deps: WalkDeps, walk: Walk, progress: Progress): Promise<Position> {
  const { name, env, store } = deps;
  const listed = await new RegistryClient(env.MERCHANT_REGISTRY, name).listMembers({
    limit: REGISTRY_PAGE,
    order: "asc",
    ...(walk.after === null ? {} : { cursor: walk.after }),
  });
  const page = listed.ok ? listed.value : { members: [], next_cursor: null };
  const target = store.generation(walk.generation);
  for (const { account } of page.members) {
    if (target.anchor(account) !== null) continue;
    const complete = await visit(deps, walk, account, progress);
    if (!complete) return { phase: "registry", after: walk.after };
  }
  return page.next_cursor === null ? { phase: "fold", after: null } : { phase: "registry", after: page.next_cursor };
}

/**
 * Fetches from the account what the generation lacks. Answers whether it lacks nothing now; false when the step has done
 * enough and goes on with this account next time.
 */
async function visit(deps: WalkDeps, walk: Walk, account: string, progress: Progress): Promise<boolean> {
  const { store, projection, name, env } = deps;
  const target = store.generation(walk.generation);
  progress.accounts += 1;
  if (accountKindOf(account) === null) return copy(store, target, account);
  const client = accountClient(env.MEMBER_ACCOUNT, name, account, { clock_offset_ms: 0 });
  for (;;) {
    const from = target.anchor(account)?.seq ?? 0;
    const { rows, head_seq } = await client.chain(from);
    if (head_seq === 0) return walk.kind === "rebuild" ? copy(store, target, account) : true;
    if (head_seq < from) projection.reportBroken(account, head_seq + 1, deps.now_ms);
    if (rows.length === 0) return true;
    const { seq, written } = await projection.take(target, account, rows, deps.now_ms);
    progress.bookings += written;
    // Bookings may have arrived in the generation in use while this one was being filled.
    if (seq >= head_seq && seq >= (store.current().anchor(account)?.seq ?? 0)) return true;
    if (written === 0 || progress.bookings >= BOOKINGS_MAX) return false;
  }
}

/** The ledger is gone, but what happened stays in the roll-ups: its rows are taken over as they are. */
function copy(store: InsightsStore, target: GenerationStore, account: string): boolean {
  const from = store.current();
  if (from.generation === target.generation) return true;
  store.transaction(() => {
    if (target.anchor(account) !== null) return;
    for (const row of target.copyAccount(from, account)) write(target, row, 0);
  });
  return true;
}

/** A rebuilt generation takes the place of the one in use, which goes. */
function finish(store: InsightsStore, walk: Walk, now_ms: number): void {
  const health = store.meta("health") ?? WELL;
  if (walk.kind === "rebuild") {
    const old = store.current().generation;
    invariant(old !== walk.generation, "a rebuild fills another generation");
    store.setMeta("generation", walk.generation);
    store.dropGeneration(old);
    store.setMeta("health", { ...health, rebuilt_at_ms: now_ms });
  } else if (walk.kind === "verify") {
    store.setMeta("health", { ...health, verified_at_ms: walk.started_at_ms });
  } else {
    const repaired_bookings = health.repaired_bookings + walk.bookings;
    store.setMeta("health", { ...health, repaired_at_ms: now_ms, repaired_bookings });
  }
  store.setMeta("walk", null);
}

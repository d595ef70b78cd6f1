import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import { accountClient } from "../member-account/client.ts";
import { RegistryClient } from "../merchant-registry/client.ts";
import { invariant } from "../../domain/invariant.ts";
import type { ObjectName } from "../../domain/tenancy/object-name.ts";
import { write } from "./apply.ts";
import { foldDays } from "./fold.ts";
import type { GenerationStore } from "./generation-store.ts";
import type { Projection } from "./projection.ts";
import { type InsightsStore, type Walk, WELL } from "./store.ts";

/** What one step does at most: so many accounts, or so many bookings. */
const ACCOUNTS_MAX = 50;
const BOOKINGS_MAX = 2_500;
const REGISTRY_PAGE = 50;

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
  };
  store.transaction(() => {
    const running = store.meta("walk");
    if (running?.kind === "rebuild") store.dropGeneration(running.generation);
    if (kind === "rebuild") store.makeGeneration(generation);
    store.setMeta("walk", walk);
  });
  return walk;
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
    if (head_seq < from) projection.reportRewind(account, head_seq + 1, deps.now_ms);
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
  } else {
    const repaired_bookings = health.repaired_bookings + walk.bookings;
    store.setMeta("health", { ...health, repaired_at_ms: now_ms, repaired_bookings });
  }
  store.setMeta("walk", null);
}

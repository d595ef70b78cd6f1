import { BASKET_KEEP_MS, placeAt, timeOfPlace } from "../../domain/insights/retention.ts";
import { retryAt } from "../../domain/insights/schedule.ts";
import type { InsightsStore, Walk } from "./store.ts";
import { WELL } from "./store.ts";
import { stepWalk, type WalkDeps } from "./walk.ts";

/** Baskets that go in one statement. */
const BASKETS_PAGE = 500;
const BASKETS_MAX = 10_000;
const DAY_MS = 86_400_000;

/** When the next chore is due: the walk at once or when it may try again, old baskets when the oldest is old enough. */
export function nextChore(store: InsightsStore, now_ms: number): number {
  const walk = store.meta("walk");
  if (walk !== null)
    return walk.failing_since_ms === null ? now_ms : retryAt(now_ms, walk.failing_since_ms, Math.random());
  const oldest = store.current().oldestBasket();
  // Baskets go a day's worth at a time; with none there yet, the first cannot be too old before this.
  return Math.max(now_ms + DAY_MS, oldest === null ? now_ms + BASKET_KEEP_MS : timeOfPlace(oldest) + BASKET_KEEP_MS);
}

/** One bounded round of what the alarm does. A failed step is noted and left for the next round. */
export async function runChores(deps: WalkDeps): Promise<void> {
  const { store, now_ms } = deps;
  const walk = store.meta("walk");
  if (walk === null) return dropOldBaskets(store, now_ms);
  try {
    await stepWalk(deps, walk);
  } catch (error) {
    noteFailure(store, walk, now_ms);
    const reason = error instanceof Error ? error.message : String(error);
    const { mode, merchant } = deps.name;
    console.log(JSON.stringify({ event: "insights_step_failed", mode, merchant, kind: walk.kind, error: reason }));
  }
}

function dropOldBaskets(store: InsightsStore, now_ms: number): void {
  const before = placeAt(now_ms - BASKET_KEEP_MS);
  for (let dropped = 0; dropped < BASKETS_MAX; dropped += BASKETS_PAGE) {
    if (store.current().dropBaskets(before, BASKETS_PAGE) < BASKETS_PAGE) return;
  }
}

function noteFailure(store: InsightsStore, walk: Walk, now_ms: number): void {
  store.transaction(() => {
    const failing_since_ms = walk.failing_since_ms ?? now_ms;
    store.setMeta("walk", { ...walk, failures: walk.failures + 1, failing_since_ms });
    const health = store.meta("health") ?? WELL;
    store.setMeta("health", { ...health, failed_steps: health.failed_steps + 1 });
  });
}

import type { GenerationStore } from "./generation-store.ts";

/** A receipt that was claimed by a member who was merged, and merged again: as far as anybody is followed. */
const HOPS_MAX = 8;

/** The account that carries on for one that was merged or claimed, as far as its bookings tell. */
export function holderOf(store: Pick<GenerationStore, "handedTo">, account: string): string {
  let current = account;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const next = store.handedTo(current);
    if (next === null) break;
    current = next;
  }
  return current;
}

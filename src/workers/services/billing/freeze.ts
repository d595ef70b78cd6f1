import { limitsOf, type Selection } from "../../../domain/billing/selection.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { BillingCore } from "./context.ts";
import type { FreezeNeeded } from "./refusal.ts";

/** How many of the open locations are more than a selection has. */
export async function excessLocations({ tenant }: BillingCore, selection: Selection): Promise<number> {
  const [open] = await tenant.batch([tenant.locations.active()]);
  return Math.max(0, open.length - limitsOf(selection).locations);
}

/** The locations to freeze under a selection: as many as are too many, chosen by the owner among those that are open. */
export async function chosenFreeze(
  { tenant }: BillingCore,
  selection: Selection,
  freeze: readonly string[],
): Promise<Result<readonly string[], FreezeNeeded>> {
  const [open] = await tenant.batch([tenant.locations.active()]);
  const excess = Math.max(0, open.length - limitsOf(selection).locations);
  const chosen = [...new Set(freeze)].filter((id) => open.some((location) => location.id === id));
  return chosen.length < excess ? fail({ code: "freeze_needed", count: excess }) : ok(chosen.slice(0, excess));
}

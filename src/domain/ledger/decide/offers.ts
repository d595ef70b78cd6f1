import type { CompiledProgram } from "../../program/compile.ts";
import type { FrozenContext } from "../../program/earn.ts";
import { type Offer, offersOf } from "../../program/offer.ts";
import type { SaleFacts, SaleOffer, SaleWarning } from "../booking.ts";
import type { SaleCommand } from "../command.ts";

/** The offers of a sale, and which of those that the till took off were not open to it. */
export interface DecidedOffers {
  readonly offers: readonly SaleOffer[];
  readonly warnings: readonly SaleWarning[];
}

/**
 * What the till took off, and what it still could take off the basket as it stands. A sale is booked as it was paid: an
 * offer that was not open is warned about, and takes none of the member's uses.
 */
export function decideOffers(
  command: SaleCommand,
  sale: SaleFacts,
  program: CompiledProgram,
  frozen: FrozenContext,
): DecidedOffers {
  const named = command.offers ?? [];
  const applied = named.map(({ id, discount }) => ({ id, discount, name: nameOf(program, frozen, id) }));
  const warnings = applied.flatMap(({ id, name }): SaleWarning[] =>
    name === null ? [{ code: "offer_not_open", offer: id }] : [],
  );
  const taken = applied.flatMap(({ id, discount, name }): SaleOffer[] =>
    name === null ? [] : [{ id, name, discount, lines: [], free_line: null, applied: true }],
  );
  const open = offersOf(program, frozen, sale)
    .filter(({ id }) => !named.some((offer) => offer.id === id))
    .map((offer) => ({ ...offer, applied: false }));
  return { offers: [...taken, ...open], warnings };
}

/** The name of a level or a promotion that this sale may use; null when it may not. */
function nameOf(program: CompiledProgram, { tier, promotions = [] }: FrozenContext, id: string): Offer["name"] | null {
  if (id === tier) return program.levels.get(id)?.name ?? null;
  const found = promotions.includes(id) ? program.promotions.find(({ promotion }) => promotion.id === id) : undefined;
  return found?.promotion.name ?? null;
}

import type { Reward, RewardEffect } from "./reward-rules.ts";

/** What a reward is to the merchant, as it was when it was asked for or issued. */
export interface RewardTerms {
  readonly kind: RewardEffect["kind"];
  /** What it costs the merchant, in minor units. */
  readonly cost_price?: number;
  readonly sku?: string;
  /** Who hands it over, when it is not the merchant, and by which reference. */
  readonly partner?: string;
  readonly reference?: string;
}

/** Kinds of which something is handed over or takes place; the others change the basket and are done with the sale. */
export const HAND_OUT_KINDS = ["product", "experience", "event", "partner"] as const;
export type HandOutKind = (typeof HAND_OUT_KINDS)[number];

export function isHandOut(terms: RewardTerms | undefined): terms is RewardTerms & { readonly kind: HandOutKind } {
  return HAND_OUT_KINDS.some((kind) => kind === terms?.kind);
}

/** The terms as a field of what is booked; none for a reward that changes the basket and whose cost price is not known. */
export function termsOf({ effect, cost_price }: Reward): { readonly terms?: RewardTerms } {
  const { kind } = effect;
  const terms: RewardTerms = {
    kind,
    ...(cost_price === undefined ? {} : { cost_price }),
    ...(effect.kind === "product" && effect.sku !== undefined ? { sku: effect.sku } : {}),
    ...(effect.kind === "partner" ? { partner: effect.partner } : {}),
    ...(effect.kind === "partner" && effect.reference !== undefined ? { reference: effect.reference } : {}),
  };
  return cost_price === undefined && !isHandOut(terms) ? {} : { terms };
}

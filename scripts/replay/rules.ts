import { z } from "zod";
import { SHOP_CURRENCY, SHOP_TIMEZONE } from "./plan.ts";
import { badInput } from "./replay-error.ts";

/** How one unit is earned: by spending, fractions carried over, or by the visit. In minor units. */
export type UnitRule =
  | {
      readonly unit: string;
      readonly kind: "spend";
      readonly give: number;
      readonly per: number;
      readonly minimum: number;
    }
  | { readonly unit: string; readonly kind: "visit"; readonly give: number; readonly minimum: number };

/** What the replay needs to know of the platform before it begins. Fields it does not name are ignored. */
export interface PlatformFacts {
  readonly rules: readonly UnitRule[];
  readonly till: string;
  readonly location: string;
}

const rule = z.looseObject({
  kind: z.string(),
  give: z.int(),
  per: z.int().optional(),
  minimum_spend: z.int().optional(),
});
type Rule = z.infer<typeof rule>;

const document = z.object({
  currency: z.string(),
  timezone: z.string(),
  exclude: z.unknown().optional(),
  earning: z.array(rule),
  stamp_cards: z.array(z.object({ id: z.string(), earning: z.array(rule) })),
});

const programAnswer = z.object({
  current: z.object({ document }).nullable(),
  location: z.object({ id: z.string() }),
  till: z.object({ id: z.string() }),
});

/** Reads the answer of `GET /v1/program`. The check computes only what it can compute by itself, and says so otherwise. */
export function readPlatform(answer: unknown): PlatformFacts {
  const parsed = programAnswer.safeParse(answer);
  if (!parsed.success) throw badInput("the platform's answer to GET /v1/program is not one this script understands");
  const { current, location, till } = parsed.data;
  if (current === null) throw badInput("the key's merchant has no programme in force");
  const { currency, timezone, exclude, earning, stamp_cards } = current.document;
  if (currency !== SHOP_CURRENCY || timezone !== SHOP_TIMEZONE) {
    const has = `the key's merchant works in ${currency} and ${timezone}`;
    throw badInput(
      `${has}; till lines are in ${SHOP_CURRENCY} and ${SHOP_TIMEZONE}, so use the key of such a merchant`,
    );
  }
  if (exclude !== undefined) throw cannotCheck("excluded items");
  const rules = [
    ...unitRules("points", earning),
    ...stamp_cards.flatMap((card) => unitRules(`stamps:${card.id}`, card.earning)),
  ];
  return { rules, till: till.id, location: location.id };
}

function unitRules(unit: string, rules: readonly Rule[]): UnitRule[] {
  const [first, ...others] = rules;
  if (first === undefined) return [];
  if (others.length > 0) throw cannotCheck(`several rules for ${unit}`);
  const { kind, give, per, minimum_spend: minimum = 0, only, except } = first;
  if (only !== undefined || except !== undefined) throw cannotCheck(`a rule for some items only (${unit})`);
  if (kind === "visit") return [{ unit, kind, give, minimum }];
  if (kind === "spend" && per !== undefined) return [{ unit, kind, give, per, minimum }];
  throw cannotCheck(`a rule of kind ${kind} (${unit})`);
}

function cannotCheck(what: string): Error {
  return badInput(
    `the check cannot compute a programme with ${what}; use a merchant with points per amount and stamps per visit`,
  );
}

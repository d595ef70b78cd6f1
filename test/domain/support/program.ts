import type { z } from "zod";
import { type CompiledProgram, compileProgram } from "../../../src/domain/program/compile.ts";
import type { EarningRule } from "../../../src/domain/program/earning-rules.ts";
import type { programDocument, StampCard } from "../../../src/domain/program/document.ts";
import type { Reward } from "../../../src/domain/program/reward-rules.ts";
import { sha256Hex } from "./hash.ts";

/** A programme document as a merchant writes it, before defaults are filled in. */
export type ProgramInput = z.input<typeof programDocument>;
type RuleOf<Kind extends EarningRule["kind"]> = Extract<EarningRule, { kind: Kind }>;

/** A programme with points and one rule: one point for every whole euro. */
export function programInput(changes: Partial<ProgramInput> = {}): ProgramInput {
  return {
    schema: 1,
    name: "Café Zon",
    currency: "EUR",
    timezone: "Europe/Amsterdam",
    locale: "nl",
    units: { points: { name: { nl: "punten", en: "points" } } },
    earning: [spendRule()],
    ...changes,
  };
}

export function program(changes: Partial<ProgramInput> = {}, version = 1): CompiledProgram {
  const json = JSON.stringify(programInput(changes));
  return compileProgram(version, sha256Hex(json), json);
}

export function spendRule(changes: Partial<RuleOf<"spend">> = {}): RuleOf<"spend"> {
  return { id: "ear_spend", kind: "spend", give: 1, per: 100, ...changes };
}
export function visitRule(changes: Partial<RuleOf<"visit">> = {}): RuleOf<"visit"> {
  return { id: "ear_visit", kind: "visit", give: 1, ...changes };
}
export function itemRule(changes: Partial<RuleOf<"item">> = {}): RuleOf<"item"> {
  return { id: "ear_item", kind: "item", give: 1, skus: ["latte"], ...changes };
}
export function categoryRule(changes: Partial<RuleOf<"category">> = {}): RuleOf<"category"> {
  return { id: "ear_category", kind: "category", give: 1, categories: ["coffee"], ...changes };
}

export function reward(changes: Partial<Reward> = {}): Reward {
  return {
    id: "rew_coffee",
    name: { nl: "Gratis koffie", en: "Free coffee" },
    cost: { unit: "points", amount: 10 },
    effect: { kind: "amount_off", amount: 300 },
    ...changes,
  };
}

/** A stamp card and the reward that a full one buys. */
export function stampCard(
  name: string,
  rule: EarningRule,
  size = 10,
): { card: StampCard; full: Reward & { readonly cost: NonNullable<Reward["cost"]> } } {
  const card: StampCard = {
    id: `stc_${name}`,
    name: { nl: `${name}kaart`, en: `${name} card` },
    size,
    earning: [rule],
    reward: `rew_${name}`,
  };
  const full = reward({
    id: `rew_${name}`,
    name: { nl: `Gratis ${name}`, en: `Free ${name}` },
    effect: { kind: "free_item" },
  });
  return { card, full: { ...full, cost: { unit: `stamps:stc_${name}`, amount: size } } };
}

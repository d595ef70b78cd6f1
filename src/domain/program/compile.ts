import { invariant } from "../invariant.ts";
import type { LotKey } from "../ledger/lot.ts";
import type { LocalDate } from "../time/local-date.ts";
import { creditUnit, isPrepaid } from "./credit.ts";
import { lotOn, type LotPolicy, PLAIN_POLICY } from "./lot-policy.ts";
import { type CompiledStrip, stripUnit } from "./strip.ts";
import type { StripCard } from "./strip-rules.ts";
import type { ExpiryRule } from "./lot-rules.ts";
import type { Locale } from "../tenancy/config.ts";
import type { Challenge } from "./challenge-rules.ts";
import type { Caps, EarningRule } from "./earning-rules.ts";
import type { Promotion } from "./promotion-rules.ts";
import type { TierLevel } from "./tier-rules.ts";
import type { LocalizedText, Matcher } from "./document-parts.ts";
import { type ProgramDocument, parseProgramDocument, type StampCard } from "./document.ts";
import type { Reward } from "./reward-rules.ts";

/** Lines a rule looks at, ready for look-ups. */
export interface CompiledMatcher {
  readonly skus: ReadonlySet<string>;
  readonly categories: ReadonlySet<string>;
}

/** An earning rule ready to evaluate. */
export interface CompiledRule {
  readonly rule: EarningRule;
  readonly only: CompiledMatcher | null;
  readonly except: CompiledMatcher | null;
}

/** One unit of the programme and every rule that gives it. */
export interface Earner {
  readonly unit: string;
  readonly rules: readonly CompiledRule[];
  readonly caps: Caps | undefined;
}

/** A promotion ready to evaluate. */
export interface CompiledPromotion {
  readonly promotion: Promotion;
  readonly only: CompiledMatcher | null;
}

/** A challenge ready to evaluate. */
export interface CompiledChallenge {
  readonly challenge: Challenge;
  readonly only: CompiledMatcher | null;
  readonly except: CompiledMatcher | null;
}

export interface UnitFacts {
  readonly unit: string;
  readonly kind: "points" | "stamps" | "credit" | "strips";
  readonly name: LocalizedText;
  /** Stamps on a full card; null for other units. */
  readonly of: number | null;
  readonly lots: LotPolicy;
  /** When what was paid for with money expires; absent for units that are never paid for. */
  readonly paid_expiry?: ExpiryRule;
}

/** A programme version as the ledger uses it. Plain data, built once per isolate and version. */
export interface CompiledProgram {
  readonly version: number;
  readonly hash: string;
  readonly document: ProgramDocument;
  readonly exclude: CompiledMatcher | null;
  readonly earners: readonly Earner[];
  readonly units: ReadonlyMap<string, UnitFacts>;
  readonly rewards: ReadonlyMap<string, Reward>;
  readonly levels: ReadonlyMap<string, TierLevel>;
  /** Strip cards by their unit. */
  readonly strips: ReadonlyMap<string, CompiledStrip>;
  readonly promotions: readonly CompiledPromotion[];
  readonly challenges: readonly CompiledChallenge[];
}

/** Compiles the exact text that was published. A text that does not parse is a bug: it was validated before it was stored. */
export function compileProgram(version: number, hash: string, json: string): CompiledProgram {
  const parsed = parseProgramDocument(JSON.parse(json));
  invariant(parsed.ok, `programme version ${version} does not parse`);
  const document = parsed.value;
  return {
    version,
    hash,
    document,
    exclude: compileMatcher(document.exclude),
    earners: compileEarners(document),
    units: new Map(unitFacts(document).map((facts) => [facts.unit, facts])),
    rewards: new Map(document.rewards.map((reward) => [reward.id, reward])),
    strips: new Map(document.strip_cards.map((card) => [stripUnit(card), compileStrip(card)])),
    levels: new Map((document.tiers?.levels ?? []).map((level) => [level.id, level])),
    promotions: document.promotions.map((promotion) => ({ promotion, only: compileMatcher(promotion.only) })),
    challenges: document.challenges.map((challenge) => ({
      challenge,
      only: compileMatcher(challenge.only),
      except: compileMatcher(challenge.except),
    })),
  };
}

/** Whether a programme gives something on birthdays, and so needs to know them. */
export function celebratesBirthdays({ dated_gifts }: Pick<ProgramDocument, "dated_gifts">): boolean {
  return dated_gifts.some(({ on }) => on.kind === "birthday");
}

/** When a unit's lots open and expire; a unit that the programme does not know never does. */
export function policyOf(program: CompiledProgram, unit: string): LotPolicy {
  return program.units.get(unit)?.lots ?? PLAIN_POLICY;
}

/** The lot that units given on a date go to: credit is granted, everything else earned. */
export function givenLot(
  program: CompiledProgram,
  unit: string,
  on: LocalDate,
  policy = policyOf(program, unit),
): LotKey {
  return lotOn(policy, on, isPrepaid(unit) ? "granted" : "earned");
}

/** The lot that units paid for with money on a date go to; they can be spent at once. */
export function paidLot(program: CompiledProgram, unit: string, on: LocalDate): LotKey {
  const expiry = program.units.get(unit)?.paid_expiry ?? PLAIN_POLICY.expiry;
  return lotOn({ expiry, pending_days: 0 }, on, "paid");
}

/** The text in the wanted language, else in the other one. */
export function inLocale(text: LocalizedText, locale: Locale): string {
  return text[locale] ?? text.nl ?? text.en ?? "";
}

export function compileMatcher(matcher: Matcher | undefined): CompiledMatcher | null {
  if (matcher === undefined) return null;
  return { skus: new Set(matcher.skus ?? []), categories: new Set(matcher.categories ?? []) };
}

function compileEarners(document: ProgramDocument): Earner[] {
  const pointsEarner =
    document.units.points === undefined
      ? []
      : [{ unit: "points", rules: document.earning.map(compileRule), caps: document.units.points.caps }];
  const stampEarners = document.stamp_cards.map((card) => ({
    unit: `stamps:${card.id}`,
    rules: card.earning.map(compileRule),
    caps: card.caps,
  }));
  const { credit } = document;
  const creditEarner =
    credit === undefined
      ? []
      : [{ unit: creditUnit(document.currency), rules: credit.earning.map(compileRule), caps: credit.caps }];
  return [...pointsEarner, ...stampEarners, ...creditEarner.filter(({ rules }) => rules.length > 0)];
}

function compileRule(rule: EarningRule): CompiledRule {
  switch (rule.kind) {
    case "spend":
    case "quantity":
      return { rule, only: compileMatcher(rule.only), except: compileMatcher(rule.except) };
    case "visit":
      return { rule, only: null, except: null };
    case "item":
      return { rule, only: compileMatcher({ skus: rule.skus }), except: null };
    case "category":
      return { rule, only: compileMatcher({ categories: rule.categories }), except: null };
  }
}

function unitFacts(document: ProgramDocument): UnitFacts[] {
  const points = document.units.points;
  const pointsFacts: UnitFacts[] =
    points === undefined
      ? []
      : [{ unit: "points", kind: "points", name: points.name, of: null, lots: lotPolicy(points) }];
  const stampFacts = document.stamp_cards.map((card): UnitFacts => ({
    unit: `stamps:${card.id}`,
    kind: "stamps",
    name: card.name,
    of: card.size,
    lots: lotPolicy(card),
  }));
  return [...pointsFacts, ...stampFacts, ...creditFacts(document), ...stripFacts(document)];
}

function compileStrip(card: StripCard): CompiledStrip {
  const { skus = [], categories = [] } = card.items;
  return { card, items: { skus: new Set(skus), categories: new Set(categories) } };
}

function stripFacts({ strip_cards }: ProgramDocument): UnitFacts[] {
  return strip_cards.map((card) => ({
    unit: stripUnit(card),
    kind: "strips",
    name: card.name,
    of: null,
    lots: { expiry: card.expiry, pending_days: 0 },
    paid_expiry: card.expiry,
  }));
}

function creditFacts({ credit, currency }: ProgramDocument): UnitFacts[] {
  if (credit === undefined) return [];
  const { name, granted, paid } = credit;
  const unit = creditUnit(currency);
  return [{ unit, kind: "credit", name, of: null, lots: lotPolicy(granted), paid_expiry: paid.expiry }];
}

type LotFields = { readonly [Field in "expiry" | "pending_days"]?: StampCard[Field] | undefined };

function lotPolicy({ expiry, pending_days }: LotFields): LotPolicy {
  return { expiry: expiry ?? PLAIN_POLICY.expiry, pending_days: pending_days ?? 0 };
}

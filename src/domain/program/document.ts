import { z } from "zod";
import { AMOUNT_MAX } from "../numbers.ts";
import { fail, ok, type Result } from "../result.ts";
import { localizedText, matcher, points, slug } from "./document-parts.ts";
import { action } from "./action-rules.ts";
import { challenge } from "./challenge-rules.ts";
import { creditUnit } from "./credit.ts";
import { credit } from "./credit-rules.ts";
import { stripCard } from "./strip-rules.ts";
import { datedGift } from "./dated-gift-rules.ts";
import { caps, earningRule } from "./earning-rules.ts";
import {
  actionIssues,
  challengeIssues,
  checkInIssues,
  type CrossIssue,
  giftIssues,
  promotionIssues,
  rewardTierIssues,
} from "./document-checks.ts";
import { limitRules } from "./limit-rules.ts";
import { lotFields } from "./lot-rules.ts";
import { promotion } from "./promotion-rules.ts";
import { reward } from "./reward-rules.ts";
import { tierRules } from "./tier-rules.ts";

const stampCard = z.strictObject({
  id: slug("stc", "The stamp card's id."),
  name: localizedText.describe("What members read on the card."),
  ...lotFields,
  size: z.int().min(2).max(30).describe("Stamps on a full card."),
  caps: caps.optional(),
  earning: z.array(earningRule).min(1).max(20).describe("What earns a stamp; the rule that gives most counts."),
  reward: slug("rew", "The reward a full card buys; its cost is the card's size in this card's stamps."),
});
export type StampCard = z.infer<typeof stampCard>;

const documentSchema = z.strictObject({
  schema: z.literal(1).describe("Version of this document's shape."),
  name: z.string().min(1).max(80).describe("The programme's name."),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code")
    .describe("ISO 4217 code; all money in the document is in it."),
  timezone: z
    .string()
    .min(1)
    .max(64)
    .refine(isTimeZone, "must be an IANA time zone")
    .describe("IANA time zone; days begin and end in it."),
  locale: z.enum(["nl", "en"]).describe("The programme's own language."),
  units: z
    .strictObject({
      points: z
        .strictObject({ name: localizedText.describe("What points are called."), caps: caps.optional(), ...lotFields })
        .optional()
        .describe("The points unit; leave out for a programme of stamps alone."),
    })
    .describe("What members collect besides stamps."),
  earn_on: z
    .enum(["net_paid", "gross"])
    .default("net_paid")
    .describe("Earn on what was paid, or on the price before rewards."),
  earn_before_tax: z
    .strictObject({
      default_rate: z
        .string()
        .regex(/^\d{1,2}(\.\d{1,3})?$/, "must be percent such as 21 or 9.5")
        .describe("Percent of tax in prices of lines that name none."),
    })
    .optional()
    .describe("Earn on prices without tax; with tax when absent."),
  exclude: matcher
    .optional()
    .describe("Lines that never earn. Tips, deposits, delivery, gift cards, top-ups and strip cards never do."),
  earning: z.array(earningRule).max(50).default([]).describe("What earns points; the rule that gives most counts."),
  stamp_cards: z.array(stampCard).max(10).default([]).describe("Several may run at once."),
  credit: credit.optional(),
  strip_cards: z.array(stripCard).max(20).default([]).describe("Cards of strips that are paid for ahead."),
  tiers: tierRules.optional(),
  promotions: z
    .array(promotion)
    .max(50)
    .default([])
    .describe("What comes on top for a time, some items or some members."),
  challenges: z.array(challenge).max(20).default([]).describe("Goals within a time, and what reaching them gives."),
  dated_gifts: z
    .array(datedGift)
    .max(20)
    .default([])
    .describe("What members are given on a day of theirs, or of the year."),
  actions: z.array(action).max(30).default([]).describe("What members are given for besides buying."),
  rewards: z.array(reward).max(100).default([]).describe("What members can get."),
  pay_with_points: z
    .strictObject({
      points: points.describe("So many points …"),
      amount: z.int().min(1).max(AMOUNT_MAX).describe("… pay so many minor units."),
    })
    .optional()
    .describe("So many points pay so many minor units; any number may be spent."),
  returns: z
    .strictObject({
      spent_points: z
        .enum(["clamp", "pending_only", "debt"])
        .default("clamp")
        .describe(
          "What happens when returned points are already spent. `clamp` takes what is left and writes the shortfall off; `pending_only` takes back only points that cannot be spent yet; `debt` takes the balance below zero, the next points pay it, and nothing can be redeemed meanwhile.",
        ),
    })
    .default({ spent_points: "clamp" })
    .describe("What returns do."),
  transfers: z
    .strictObject({
      points: z
        .boolean()
        .default(false)
        .describe("Whether members may give points to each other. Paid credit never moves."),
    })
    .optional()
    .describe("What members may give to each other."),
  limits: limitRules.default({ paper_cards: true }).describe("What tills and cashiers may do."),
  holds: z
    .strictObject({ minutes: z.int().min(1).max(1440).default(15).describe("How long a redemption is held.") })
    .default({ minutes: 15 })
    .describe("What holds do."),
});

/**
 * The merchant's rules as one immutable JSON document. Money in minor units of `currency`;
 * ids keep their meaning from version to version.
 */
export const programDocument = documentSchema.superRefine((document, context) => {
  for (const { path, message } of crossCheck(document)) context.addIssue({ code: "custom", path, message });
});
export type ProgramDocument = z.infer<typeof documentSchema>;

/** One thing that is wrong with a document: where (`rewards.0.cost.unit`) and what to fix. */
export interface DocumentIssue {
  readonly path: string;
  readonly message: string;
}

/** Reads and checks a programme document; on failure every issue found, not just the first. */
export function parseProgramDocument(json: unknown): Result<ProgramDocument, readonly DocumentIssue[]> {
  const parsed = programDocument.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  return fail(parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })));
}

function crossCheck(document: ProgramDocument): CrossIssue[] {
  return [
    ...duplicateIds(document),
    ...unitIssues(document),
    ...stampRewardIssues(document),
    ...dateIssues(document),
    ...automaticIssues(document),
    ...promotionIssues(document),
    ...tierIssues(document),
    ...rewardTierIssues(document),
    ...checkInIssues(document),
    ...actionIssues(document),
    ...challengeIssues(document),
    ...giftIssues(document),
  ];
}

function duplicateIds(document: ProgramDocument): CrossIssue[] {
  const places = [
    ...document.earning.map((rule, index) => ({ id: rule.id, path: ["earning", index, "id"] })),
    ...document.stamp_cards.map((card, index) => ({ id: card.id, path: ["stamp_cards", index, "id"] })),
    ...document.stamp_cards.flatMap((card, at) =>
      card.earning.map((rule, index) => ({ id: rule.id, path: ["stamp_cards", at, "earning", index, "id"] })),
    ),
    ...document.strip_cards.map((item, index) => ({ id: item.id, path: ["strip_cards", index, "id"] })),
    ...(document.credit?.earning ?? []).map((rule, index) => ({
      id: rule.id,
      path: ["credit", "earning", index, "id"],
    })),
    ...document.rewards.map((item, index) => ({ id: item.id, path: ["rewards", index, "id"] })),
    ...document.promotions.map((item, index) => ({ id: item.id, path: ["promotions", index, "id"] })),
    ...document.actions.map((item, index) => ({ id: item.id, path: ["actions", index, "id"] })),
    ...document.challenges.map((item, index) => ({ id: item.id, path: ["challenges", index, "id"] })),
    ...document.dated_gifts.map((item, index) => ({ id: item.id, path: ["dated_gifts", index, "id"] })),
    ...(document.tiers?.levels ?? []).map((item, index) => ({ id: item.id, path: ["tiers", "levels", index, "id"] })),
  ];
  const seen = new Set<string>();
  return places.flatMap(({ id, path }) => {
    if (seen.has(id)) return [{ path, message: `the id ${id} is used twice` }];
    seen.add(id);
    return [];
  });
}

function unitIssues(document: ProgramDocument): CrossIssue[] {
  const issues: CrossIssue[] = [];
  const hasPoints = document.units.points !== undefined;
  if (!hasPoints && document.earning.length > 0) {
    issues.push({ path: ["earning"], message: "earning rules give points, but the programme has no points unit" });
  }
  if (!hasPoints && document.pay_with_points !== undefined) {
    issues.push({ path: ["pay_with_points"], message: "the programme has no points unit" });
  }
  const units = new Set(unitIdsOf(document));
  document.rewards.forEach((item, index) => {
    if (item.cost !== undefined && !units.has(item.cost.unit)) {
      issues.push({ path: ["rewards", index, "cost", "unit"], message: `the programme has no unit ${item.cost.unit}` });
    }
  });
  return issues;
}

/** Of two that cost the same unit the cheaper would leave nothing for the other. */
function automaticIssues(document: ProgramDocument): CrossIssue[] {
  const units = new Set<string>();
  return document.rewards.flatMap(({ automatic, cost }, index) => {
    if (automatic !== true) return [];
    if (cost === undefined) return [{ path: ["rewards", index, "automatic"], message: "needs a cost to be reached" }];
    if (units.has(cost.unit)) {
      return [{ path: ["rewards", index, "automatic"], message: `another reward of ${cost.unit} is issued by itself` }];
    }
    units.add(cost.unit);
    return [];
  });
}

function dateIssues(document: ProgramDocument): CrossIssue[] {
  return document.rewards.flatMap(({ valid_from, valid_until }, index) =>
    valid_from === undefined || valid_until === undefined || valid_from <= valid_until
      ? []
      : [{ path: ["rewards", index, "valid_until"], message: "must not be before valid_from" }],
  );
}

function stampRewardIssues(document: ProgramDocument): CrossIssue[] {
  return document.stamp_cards.flatMap((card, index) => {
    const target = document.rewards.find((item) => item.id === card.reward);
    const path = ["stamp_cards", index, "reward"];
    if (target === undefined) return [{ path, message: `there is no reward ${card.reward}` }];
    if (target.cost?.unit !== `stamps:${card.id}` || target.cost.amount !== card.size) {
      return [{ path, message: `the reward ${card.reward} must cost ${card.size} of stamps:${card.id}` }];
    }
    return [];
  });
}

function tierIssues({ tiers, units }: ProgramDocument): CrossIssue[] {
  if (tiers === undefined) return [];
  const issues: CrossIssue[] = [];
  if (tiers.basis === "points" && units.points === undefined) {
    issues.push({ path: ["tiers", "basis"], message: "the programme has no points unit" });
  }
  tiers.levels.forEach((level, index) => {
    const below = tiers.levels[index - 1];
    if (below !== undefined && level.from <= below.from) {
      issues.push({ path: ["tiers", "levels", index, "from"], message: "levels go from low to high" });
    }
  });
  return issues;
}

export function unitIdsOf(document: ProgramDocument): string[] {
  const pointsUnit = document.units.points === undefined ? [] : ["points"];
  const creditUnits = document.credit === undefined ? [] : [creditUnit(document.currency)];
  return [...pointsUnit, ...document.stamp_cards.map((card) => `stamps:${card.id}`), ...creditUnits];
}

/** Intl takes fixed offsets too; those know no summer time and are no place. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

import { countedText } from "../../domain/ledger/explain-challenge.ts";
import { inLocale } from "../../domain/program/compile.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import { formatDate } from "../../domain/time/format-date.ts";
import type { NextReward } from "./card-view.ts";
import type { CardStory } from "./read-card.ts";
import { TEXTS } from "./texts.ts";

/** Challenges that are not done yet, with what is missing and until when. */
export function challengeLines(
  { view, desk: { merchant } }: Pick<CardStory, "view" | "desk">,
  locale: Locale,
): NextReward[] {
  const { challengeLeft } = TEXTS[locale].card;
  const reader = { locale, currency: merchant.currency, unitName: () => null };
  const open = (view?.wallet.challenges ?? []).filter(({ completed_at_ms }) => completed_at_ms === null);
  return open.map(({ name, counts, progress, goal, ends_on }) => ({
    name: inLocale(name, locale),
    cost: "",
    missing: challengeLeft(
      countedText(reader, counts, goal - progress),
      ends_on === null ? null : formatDate(ends_on, locale),
    ),
    has: progress,
    costs: goal,
  }));
}

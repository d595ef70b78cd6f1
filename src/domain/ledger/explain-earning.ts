import { assertNever } from "../invariant.ts";
import { formatMoney } from "../money.ts";
import { isMoney } from "../program/credit.ts";
import type { BaseFact } from "../program/base-earning.ts";
import type { CapHit } from "../program/cap.ts";
import { inLocale } from "../program/compile.ts";
import type { BoostedFact, EarnFact } from "../program/earn.ts";
import type { Reader } from "./explain.ts";

/** A reader, and how amounts of the earned unit are written: credit as money, everything else as a number. */
interface EarnReader extends Reader {
  readonly count: (amount: number) => string;
}

/** Why a unit was, or was not, earned: the rule, what came on top, and what a cap kept back. */
export function explainEarning(plain: Reader, fact: EarnFact, unit: string): string {
  const { locale, currency } = plain;
  const count = (amount: number) => (isMoney(unit) ? formatMoney(amount, currency, locale) : String(amount));
  const reader = { locale, currency, unitName: (wanted: string) => plain.unitName(wanted), count };
  return fact.code === "earned_with" ? explainBoosted(reader, fact) : explainBase(reader, fact);
}

function explainBoosted(reader: EarnReader, { base, multiplier, additions, cap }: BoostedFact): string {
  const times =
    multiplier === null
      ? []
      : [`× ${decimal(reader, multiplier.percent)} (${inLocale(multiplier.name, reader.locale)})`];
  const more = additions.map(({ name, amount }) => `+ ${reader.count(amount)} (${inLocale(name, reader.locale)})`);
  const parts = [explainBase(reader, base), ...times, ...more].join(" ");
  return cap === null ? parts : `${parts}; ${explainCap(reader, cap)}`;
}

/** 150 percent as "1,5" in Dutch and "1.5" in English. */
function decimal({ locale }: Reader, percent: number): string {
  const text = String(percent / 100);
  return locale === "nl" ? text.replace(".", ",") : text;
}

const PERIODS = {
  sale: { nl: "per aankoop", en: "per sale" },
  day: { nl: "per dag", en: "a day" },
  week: { nl: "per week", en: "a week" },
  month: { nl: "per maand", en: "a month" },
} as const;

function explainCap({ locale, count }: EarnReader, { period, max, over }: CapHit): string {
  const when = PERIODS[period][locale];
  return locale === "nl"
    ? `${count(over)} minder, want er is een maximum van ${count(max)} ${when}`
    : `${count(over)} less, because the most is ${count(max)} ${when}`;
}

function explainBase(reader: EarnReader, fact: BaseFact): string {
  const nl = reader.locale === "nl";
  const money = (amount: number) => formatMoney(amount, reader.currency, reader.locale);
  switch (fact.code) {
    case "earned_spend": {
      const rule = nl
        ? `${reader.count(fact.give)} per ${money(fact.per)} over ${money(fact.eligible)}`
        : `${reader.count(fact.give)} per ${money(fact.per)} on ${money(fact.eligible)}`;
      const carried =
        fact.carried_in === 0
          ? ""
          : nl
            ? `, met ${money(fact.carried_in)} van eerder`
            : `, with ${money(fact.carried_in)} from before`;
      const rest =
        fact.carried_out === 0
          ? ""
          : nl
            ? `; ${money(fact.carried_out)} telt de volgende keer mee`
            : `; ${money(fact.carried_out)} counts next time`;
      return `${rule}${carried}${rest}`;
    }
    case "earned_visit":
      return nl ? `${reader.count(fact.give)} per bezoek` : `${reader.count(fact.give)} per visit`;
    case "earned_units":
      return explainUnits(reader, fact);
    case "cooling_down":
      return nl
        ? `pas weer ${minutes(reader, fact.minutes)} na de vorige keer`
        : `not again until ${minutes(reader, fact.minutes)} after the last time`;
    case "below_minimum":
      return nl
        ? `${money(fact.eligible)} is minder dan het minimum van ${money(fact.minimum)}`
        : `${money(fact.eligible)} is below the minimum of ${money(fact.minimum)}`;
    case "nothing_eligible":
      return nl ? "niets op deze bon telt mee" : "nothing on this receipt counts";
    default:
      return assertNever(fact, "earning fact");
  }
}

function explainUnits(
  { locale, count: written }: EarnReader,
  fact: Extract<BaseFact, { code: "earned_units" }>,
): string {
  const { count, per_units: per } = fact;
  const give = written(fact.give);
  if (per !== undefined) {
    return locale === "nl"
      ? `${give} per ${per} stuks, ${count} keer`
      : `${give} for every ${per} items, ${count} times`;
  }
  return locale === "nl"
    ? `${give} per stuk, ${count} ${count === 1 ? "stuk" : "stuks"}`
    : `${give} each for ${count} ${count === 1 ? "item" : "items"}`;
}

function minutes({ locale }: Reader, count: number): string {
  const hours = count / 60;
  if (Number.isInteger(hours)) return locale === "nl" ? `${hours} uur` : hours === 1 ? "1 hour" : `${hours} hours`;
  return locale === "nl"
    ? `${count} ${count === 1 ? "minuut" : "minuten"}`
    : `${count} ${count === 1 ? "minute" : "minutes"}`;
}

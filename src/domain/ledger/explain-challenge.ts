import { formatMoney } from "../money.ts";
import { inLocale } from "../program/compile.ts";
import type { ChallengeStep } from "./challenge.ts";
import type { ChallengeView } from "./challenge-view.ts";
import type { Reader } from "./explain.ts";

type Counts = ChallengeView["counts"];

const WORDS: Readonly<Record<Exclude<Counts, "spend">, Readonly<Record<Reader["locale"], readonly [string, string]>>>> =
  {
    visits: { nl: ["bezoek", "bezoeken"], en: ["visit", "visits"] },
    items: { nl: ["stuk", "stuks"], en: ["item", "items"] },
    distinct: { nl: ["verschillende", "verschillende"], en: ["different one", "different ones"] },
  };

/** So much of what a challenge counts: "3 visits", "€ 25,00". */
export function countedText(reader: Reader, counts: Counts, amount: number): string {
  if (counts === "spend") return formatMoney(amount, reader.currency, reader.locale);
  const [one, many] = WORDS[counts][reader.locale];
  return `${amount} ${amount === 1 ? one : many}`;
}

/** How a sale or a return moved a challenge, in a sentence. */
export function explainChallenge(reader: Reader, step: ChallengeStep): string {
  const nl = reader.locale === "nl";
  const name = inLocale(step.name, reader.locale);
  if (step.given !== undefined) return nl ? `${name}: gehaald` : `${name}: reached`;
  const has = step.counts === "spend" ? countedText(reader, "spend", step.progress) : String(step.progress);
  const lost =
    step.taken === undefined ? "" : nl ? ", niet meer gehaald door de retour" : ", no longer reached after the return";
  const goal = countedText(reader, step.counts, step.goal);
  return nl ? `${name}: ${has} van ${goal}${lost}` : `${name}: ${has} of ${goal}${lost}`;
}

import { formatMoney } from "../money.ts";
import type { Reader } from "./explain.ts";
import type { ReturnedTender, SaleTender } from "./tender.ts";

/** What gift cards paid of a sale, as sentences. */
export function explainTenders({ locale, currency }: Reader, tenders: readonly SaleTender[] = []): string[] {
  return tenders.map(({ pays }) => {
    const paid = formatMoney(pays, currency, locale);
    return locale === "nl"
      ? `${paid} betaald met een cadeaukaart; daarvoor wordt niet gespaard.`
      : `${paid} was paid with a gift card, which earns nothing.`;
  });
}

/** What gift cards have back after a return, as sentences. */
export function explainReturnedTenders(
  { locale, currency }: Reader,
  tenders: readonly ReturnedTender[] = [],
): string[] {
  return tenders.map(({ before, after }) => {
    const back = formatMoney(before - after, currency, locale);
    return locale === "nl" ? `${back} gaat terug naar de cadeaukaart.` : `${back} goes back to the gift card.`;
  });
}

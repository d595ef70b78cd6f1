import { inLocale } from "../program/compile.ts";
import type { BookingHeader } from "./booking.ts";
import type { Reader } from "./explain.ts";

/** Rewards of dated gifts that a booking brought along, a sentence each; units explain themselves as entries. */
export function explainGifts({ locale }: Reader, { gifts = [] }: Pick<BookingHeader, "gifts">): string[] {
  return gifts.flatMap(({ what, issued }) => {
    if (issued === undefined) return [];
    const [name, reward] = [inLocale(what, locale), inLocale(issued.what, locale)];
    return [locale === "nl" ? `Cadeau (${name}): ${reward}` : `A gift (${name}): ${reward}`];
  });
}

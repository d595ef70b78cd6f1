import type { Locale } from "../tenancy/config.ts";
import { formatDate } from "../time/format-date.ts";
import { assertNever } from "../invariant.ts";
import type { Flag } from "./flag.ts";

/** What was found, and why it is worth a look, in both languages. */
export function explainFlag(
  flag: Pick<Flag, "rule" | "subject" | "usual" | "evidence">,
): Readonly<Record<Locale, string>> {
  return { nl: inLanguage(flag, "nl"), en: inLanguage(flag, "en") };
}

function inLanguage(flag: Pick<Flag, "rule" | "subject" | "usual" | "evidence">, locale: Locale): string {
  const nl = locale === "nl";
  const times = flag.evidence.length;
  const { usual = 0 } = flag;
  const on = dayOf(flag.subject, locale);
  switch (flag.rule) {
    case "receipt_on_two_cards":
      return nl ? "Eén bon staat op meer dan één kaart." : "One receipt stands on more than one card.";
    case "chain_broken":
      return nl
        ? "Het grootboek van deze kaart sluit niet aan op wat er eerder van gezien is."
        : "This card's ledger does not continue what was seen of it before.";
    case "offline_shortfall":
      return nl
        ? "Zonder verbinding is een beloning uitgegeven waarvoor het saldo er niet meer was."
        : "A reward was handed out without a connection, for a balance that was not there any more.";
    case "card_used_often":
      return nl
        ? `Deze kaart is ${on} ${times} keer gebruikt; tot ${usual} keer is gewoon.`
        : `This card was used ${times} times on ${on}; up to ${usual} is usual.`;
    case "redeemed_without_sale":
      return nl
        ? `Aan deze kassa of door deze collega is ${on} ${times} keer ingewisseld door iemand die niets kocht; tot ${usual} keer is gewoon.`
        : `At this till or by this colleague ${times} rewards were redeemed on ${on} for members who bought nothing; up to ${usual} is usual.`;
    case "own_card_used":
      return nl
        ? `Een collega heeft ${on} ${times} keer de eigen kaart geholpen; tot ${usual} keer is gewoon.`
        : `A colleague served their own card ${times} times on ${on}; up to ${usual} is usual.`;
    case "outside_hours":
      return nl
        ? `Er is ${on} ${times} keer iets geboekt terwijl de winkel dicht was.`
        : `Something was booked ${times} times on ${on} while the shop was closed.`;
    default:
      return assertNever(flag.rule, "flag rule");
  }
}

/** The day at the end of a subject: "op 14 maart 2027", "14 March 2027". */
function dayOf(subject: string, locale: Locale): string {
  const [day = ""] = /\d{4}-\d{2}-\d{2}$/.exec(subject) ?? [];
  if (day === "") return "";
  return locale === "nl" ? `op ${formatDate(day, locale)}` : formatDate(day, locale);
}

import { assertNever } from "../invariant.ts";
import { formatMoney } from "../money.ts";
import { formatDate } from "../time/format-date.ts";
import { inLocale } from "../program/compile.ts";
import { isMoney } from "../program/credit.ts";
import type { LocalizedText } from "../program/document-parts.ts";
import type { TierPrice } from "../program/reward-price.ts";
import type { EarnFact } from "../program/earn.ts";
import { explainEarning } from "./explain-earning.ts";
import type { Locale } from "../tenancy/config.ts";
import type { LocalDate } from "../time/local-date.ts";
import type {
  EntryFact,
  HandOverReason,
  ReleaseReason,
  ReturnedCoupon,
  RevokedBecause,
  SaleWarning,
} from "./booking.ts";

/** What a reader needs for a sentence: the language, the money, and what units are called. */
export interface Reader {
  readonly locale: Locale;
  readonly currency: string;
  /** The unit's name in the programme; null for a unit it does not know. */
  unitName(unit: string): LocalizedText | null;
}

/** One entry as a sentence: what changed and why. */
export function explainEntry(
  reader: Reader,
  entry: { readonly unit: string; readonly delta: number; readonly why: EntryFact },
): string {
  return `${amountOf(reader, entry.unit, entry.delta)}: ${explainFact(reader, entry)}`;
}

/** Why a sale gave, or did not give, a unit. */
export function explainOutcome(
  reader: Reader,
  outcome: { readonly unit: string; readonly amount: number; readonly fact: EarnFact },
): string {
  return `${amountOf(reader, outcome.unit, outcome.amount)}: ${explainEarning(reader, outcome.fact, outcome.unit)}`;
}

/** A reward for a later visit, as a sentence: what it is and until when. */
export function explainCoupon(
  reader: Reader,
  { what, expires_on }: { readonly what: LocalizedText; readonly expires_on: LocalDate | null },
): string {
  const until = expires_on === null ? "" : formatDate(expires_on, reader.locale);
  if (reader.locale === "nl") {
    return `${text(reader, what)}: voor een volgend bezoek${until === "" ? "" : `, tot en met ${until}`}`;
  }
  return `${text(reader, what)}: for another visit${until === "" ? "" : `, until ${until} included`}`;
}

/** What a return did to the coupon of its sale, as a sentence; null when nothing. */
export function explainReturnedCoupon(reader: Reader, coupon: ReturnedCoupon | undefined): string | null {
  const nl = reader.locale === "nl";
  if (coupon?.taken_back !== undefined) return explainRevocation(reader, coupon.taken_back, "returned");
  if (coupon?.recalled !== undefined) {
    const what = text(reader, coupon.recalled.what);
    return nl
      ? `${what}: staat klaar om te verzilveren; gebeurt dat niet, dan vervalt hij, want de aankoop is teruggenomen.`
      : `${what}: is about to be redeemed; if it is not, it lapses, because its sale came back.`;
  }
  if (coupon?.gone !== true) return null;
  return nl
    ? "De tegoedbon van deze aankoop is al gebruikt, of is verlopen; dat blijft zo."
    : "The coupon of this sale was used already, or is over; that stays as it is.";
}

/** A warning of a sale as a sentence. */
export function explainWarning(reader: Reader, warning: SaleWarning): string {
  const nl = reader.locale === "nl";
  switch (warning.code) {
    case "occurred_at_clamped":
      return nl
        ? "De tijd van de kassa ligt te ver van de onze; de tijd van ontvangst telt."
        : "The till's time is too far from ours; the time of receipt counts.";
    case "foreign_currency":
      return nl
        ? `Betaald in ${warning.currency}; dat telt niet mee voor het programma.`
        : `Paid in ${warning.currency}; that earns nothing in this programme.`;
    case "earning_paused":
      return nl
        ? "Sparen staat hier even stil; inwisselen kan gewoon."
        : "Nothing is earned here for now; rewards can be redeemed as ever.";
    case "total_differs": {
      const difference = formatMoney(warning.difference, reader.currency, reader.locale);
      return nl
        ? `De regels tellen niet op tot het totaal; ${difference} is als losse regel geboekt.`
        : `The lines do not add up to the total; ${difference} was booked as a line of its own.`;
    }
    case "effect_not_in_basket":
      return nl
        ? "De beloning past op geen enkele regel van deze bon; ze is wel verzilverd."
        : "The reward fits no line of this receipt; it was redeemed all the same.";
    case "top_up_not_credited":
      return explainNoTopUp(reader, warning.reason);
    case "strips_not_credited":
      return explainNoStrips(reader, warning.reason);
    case "offer_not_open":
      return nl
        ? `De aanbieding ${warning.offer} gold niet voor deze klant op dit moment.`
        : `The offer ${warning.offer} was not open to this customer at this moment.`;
    case "promotion_budget_used_up":
      return nl
        ? `De actie ${text(reader, warning.name)} is op en geldt niet meer.`
        : `The promotion ${text(reader, warning.name)} is used up and no longer applies.`;
    default:
      return assertNever(warning, "warning");
  }
}

function explainNoStrips(
  { locale }: Reader,
  reason: Extract<SaleWarning, { code: "strips_not_credited" }>["reason"],
): string {
  const nl = locale === "nl";
  switch (reason) {
    case "no_member":
      return nl
        ? "Een strippenkaart hoort bij een klant; zonder klant zijn er geen strippen bijgeschreven."
        : "A strip card belongs to a member; without one no strips were added.";
    case "foreign_currency":
      return nl
        ? "Strippen zijn er alleen in de munt van het programma; er zijn er geen bijgeschreven."
        : "Strips are sold in the programme's currency alone; none were added.";
    case "unknown_card":
      return nl
        ? "Het programma kent niet elke strippenkaart op deze bon; van die zijn geen strippen bijgeschreven."
        : "The programme does not know every strip card of this sale; of those no strips were added.";
  }
}

function explainNoTopUp(
  { locale }: Reader,
  reason: Extract<SaleWarning, { code: "top_up_not_credited" }>["reason"],
): string {
  const nl = locale === "nl";
  switch (reason) {
    case "no_member":
      return nl
        ? "Opwaarderen kan alleen op een kaart; zonder klant is er geen tegoed bijgeschreven."
        : "Topping up needs a card; without a member no credit was added.";
    case "foreign_currency":
      return nl
        ? "Opwaarderen kan alleen in de munt van het programma; er is geen tegoed bijgeschreven."
        : "Topping up works in the programme's currency alone; no credit was added.";
    case "no_credit":
      return nl
        ? "Het programma heeft geen tegoed; er is niets bijgeschreven."
        : "The programme has no credit; nothing was added.";
  }
}

/** "+10 points", "+1 stamp Coffee card", "+€5.00 credit". */
function amountOf(reader: Reader, unit: string, amount: number): string {
  const label = unitLabel(reader, unit, amount);
  if (!isMoney(unit)) return `${signed(amount)} ${label}`;
  return `${signOf(amount)}${formatMoney(Math.abs(amount), reader.currency, reader.locale)} ${label}`;
}

function explainFact(
  reader: Reader,
  { unit, delta, why: fact }: { readonly unit: string; readonly delta: number; readonly why: EntryFact },
): string {
  const nl = reader.locale === "nl";
  switch (fact.code) {
    case "reserved":
      return `${nl ? "gereserveerd voor" : "reserved for"} ${text(reader, fact.what)}${priceText(reader, fact.price)}`;
    case "released":
      return explainRelease(reader, fact.what, fact.reason);
    case "redeemed":
      return `${nl ? "verzilverd voor" : "redeemed for"} ${text(reader, fact.what)}${priceText(reader, fact.price)}${receiptText(reader, fact.receipt)}`;
    case "restored":
      return nl
        ? `terug, omdat de aankoop met ${text(reader, fact.what)} is geretourneerd`
        : `back, because the sale with ${text(reader, fact.what)} was returned`;
    case "revoked":
      return explainRevocation(reader, fact.what, fact.reason);
    case "bought":
      return text(reader, fact.what);
    case "bonus":
      return nl
        ? `${fact.percent}% extra bij ${text(reader, fact.what)}`
        : `${fact.percent}% on top of ${text(reader, fact.what)}`;
    case "bought_back":
      if (delta > 0) return `${nl ? "meer blijft over van" : "more is left of"} ${text(reader, fact.what)}`;
      return nl ? `${text(reader, fact.what)} geretourneerd` : `${text(reader, fact.what)} was returned`;
    case "refunded":
      return `${nl ? "terug na een retour" : "given back after a return"}${receiptText(reader, fact.receipt)}`;
    case "gifted":
      return nl ? "cadeau" : "a gift";
    case "returned":
      return nl
        ? `retour; over blijft: ${explainEarning(reader, fact.kept, unit)}`
        : `return; what remains: ${explainEarning(reader, fact.kept, unit)}`;
    case "adjusted":
      return nl ? "aangepast door een medewerker" : "adjusted by staff";
    case "opening":
      return nl ? "beginsaldo" : "opening balance";
    case "action":
      return text(reader, fact.what);
    case "challenge":
      return nl ? `${text(reader, fact.what)} gehaald` : `${text(reader, fact.what)} reached`;
    case "dated_gift":
      return nl ? `cadeau: ${text(reader, fact.what)}` : `a gift: ${text(reader, fact.what)}`;
    case "challenge_lost":
      return nl
        ? `${text(reader, fact.what)} niet meer gehaald, omdat de aankoop is geretourneerd`
        : `${text(reader, fact.what)} no longer reached, because the sale was returned`;
    case "became_available":
      return nl ? "vanaf nu te besteden" : "can be spent from now on";
    case "expired":
      return nl
        ? `verlopen na ${formatDate(fact.on, reader.locale)}`
        : `expired after ${formatDate(fact.on, reader.locale)}`;
    case "debt_paid":
      return nl ? "verrekend met een tekort na een retour" : "settled with what was owed after a return";
    case "extended":
      return nl
        ? `geldig tot en met ${formatDate(fact.until, reader.locale)}`
        : `valid until ${formatDate(fact.until, reader.locale)}`;
    case "handed_over":
      return explainHandOver(reader, fact.reason);
    case "absorbed":
      return explainArrival(reader, fact.reason);
    case "earned_spend":
    case "earned_visit":
    case "earned_units":
    case "earned_with":
    case "cooling_down":
    case "below_minimum":
    case "nothing_eligible":
      return explainEarning(reader, fact, unit);
    default:
      return assertNever(fact, "entry fact");
  }
}

/** Why it cost less, or more, than it says in the list. */
function priceText(reader: Reader, price: TierPrice | undefined): string {
  if (price === undefined) return "";
  const level = text(reader, price.name);
  return reader.locale === "nl"
    ? `, prijs voor ${level} in plaats van ${price.instead_of}`
    : `, the price for ${level} instead of ${price.instead_of}`;
}

/** The receipt of a sale that stands on another card. */
function receiptText({ locale }: Reader, receipt: string | undefined): string {
  if (receipt === undefined) return "";
  return locale === "nl" ? `, bon ${receipt}` : `, receipt ${receipt}`;
}

function explainRelease(reader: Reader, what: LocalizedText, reason: ReleaseReason): string {
  const name = text(reader, what);
  if (reason === "not_needed")
    return reader.locale === "nl" ? `${name}: niet alles was nodig` : `${name}: not all of it was needed`;
  if (reader.locale === "nl") return reason === "expired" ? `${name} niet op tijd opgehaald` : `${name} geannuleerd`;
  return reason === "expired" ? `${name} was not collected in time` : `${name} was cancelled`;
}

function explainRevocation(reader: Reader, what: LocalizedText, reason: RevokedBecause): string {
  const name = text(reader, what);
  if (reason === "cancelled") return reader.locale === "nl" ? `${name} geannuleerd` : `${name} was cancelled`;
  if (reason === "handed_out") {
    return reader.locale === "nl"
      ? `${name} is al uitgegeven zonder verbinding`
      : `${name} was handed out without a connection`;
  }
  return reader.locale === "nl"
    ? `${name} ingetrokken, omdat de aankoop is geretourneerd`
    : `${name} was taken back, because the sale was returned`;
}

function explainHandOver({ locale }: Reader, reason: HandOverReason): string {
  if (reason === "transfer") return locale === "nl" ? "gegeven aan een andere klant" : "given to another member";
  if (reason === "claim") return locale === "nl" ? "opgehaald door een klant" : "claimed by a member";
  return locale === "nl" ? "overgezet naar de andere kaart" : "moved to the other card";
}

function explainArrival({ locale }: Reader, reason: HandOverReason): string {
  if (reason === "transfer") return locale === "nl" ? "gekregen van een andere klant" : "received from another member";
  if (reason === "claim") return locale === "nl" ? "opgehaald met de bon" : "claimed with the receipt";
  return locale === "nl" ? "van de samengevoegde kaart" : "from the merged card";
}

/** The unit's name; stamp cards are called by their own name. */
function unitLabel(reader: Reader, unit: string, amount: number): string {
  const name = reader.unitName(unit);
  const label = name === null ? unit : text(reader, name);
  if (unit.startsWith("strip:")) return `${stripsWord(reader, Math.abs(amount))} ${label}`;
  if (!unit.startsWith("stamps:")) return label;
  const single = Math.abs(amount) === 1;
  const stamps = reader.locale === "nl" ? (single ? "stempel" : "stempels") : single ? "stamp" : "stamps";
  return `${stamps} ${label}`;
}

function stripsWord({ locale }: Reader, count: number): string {
  if (locale === "nl") return count === 1 ? "strip" : "strippen";
  return count === 1 ? "strip" : "strips";
}

function text(reader: Reader, value: LocalizedText): string {
  return inLocale(value, reader.locale);
}

function signed(amount: number): string {
  return `${signOf(amount)}${Math.abs(amount)}`;
}

function signOf(amount: number): string {
  return amount > 0 ? "+" : amount < 0 ? "−" : "";
}

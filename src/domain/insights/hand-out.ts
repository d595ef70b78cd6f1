import type { BookingBody } from "../ledger/booking.ts";
import { GIFT_PLACE } from "../ledger/dated-gift.ts";
import type { IssuedReward, IssueOrigin } from "../ledger/issued.ts";
import type { LocalizedText } from "../program/document-parts.ts";
import { isHandOut, type RewardTerms } from "../program/reward-terms.ts";
import type { LocalDate } from "../time/local-date.ts";

/** Why something is not to be handed over any more. */
export type HandOutEnd = "cancelled" | "expired" | "returned" | "erased";

/** What a booking does to what a merchant still has to hand over. By facts alone, like everything that insight keeps. */
export type HandOutMove =
  | {
      readonly move: "open";
      /** Place in the booking, and the redemption that asked for it; null for an issued reward. */
      readonly index: number;
      readonly hold: number | null;
      readonly reward: string;
      readonly what: LocalizedText;
      readonly origin: IssueOrigin | "redemption";
      readonly expires_on: LocalDate | null;
      readonly terms: RewardTerms;
    }
  /** A redemption holds an issued reward, named by `{sequence}.{place}`. */
  | { readonly move: "held"; readonly issue: string; readonly hold: number }
  | { readonly move: "handed_over"; readonly hold: number }
  /** The redemption came to nothing; an issued reward that it held is open again. */
  | { readonly move: "released"; readonly hold: number; readonly end: HandOutEnd }
  | { readonly move: "over"; readonly issue: string; readonly end: HandOutEnd }
  /** The sale that it was handed over with came back whole; `origin` is the account of that sale, null for this one. */
  | { readonly move: "back"; readonly hold: number; readonly origin: string | null }
  /** Everything open of the account went along to another, or ended with it. */
  | { readonly move: "moved" | "gone" };

/** In the order in which they happened. */
export function handOutMoves(body: BookingBody): HandOutMove[] {
  const end = body.type === "return" ? "returned" : "cancelled";
  return [
    ...(body.expired_holds ?? []).map((hold) => ({ move: "released", hold, end: "expired" }) as const),
    ...(body.expired_issues ?? []).map((issue) => ({ move: "over", issue, end: "expired" }) as const),
    ...(body.revoked_issues ?? []).map((issue) => ({ move: "over", issue, end }) as const),
    // What a gift day brings is the member's already when the booking uses it.
    ...(body.gifts ?? []).flatMap(({ issued }, index) => promised(issued, GIFT_PLACE + index)),
    ...movesOfEvent(body),
    ...(body.issued ?? []).flatMap(promised),
  ];
}

function promised(issued: IssuedReward | undefined, index: number): HandOutMove[] {
  if (issued === undefined || !isHandOut(issued.terms)) return [];
  const { reward, what, origin, expires_on, terms } = issued;
  return [{ move: "open", index, hold: null, reward, what, origin, expires_on, terms }];
}

function movesOfEvent(body: BookingBody): HandOutMove[] {
  switch (body.type) {
    case "hold": {
      const { seq: hold, reward, what, terms, issued_reward } = body;
      if (!isHandOut(terms) || reward === null) return [];
      if (issued_reward !== undefined) return [{ move: "held", issue: issued_reward, hold }];
      return [{ move: "open", index: 0, hold, reward, what, origin: "redemption", expires_on: null, terms }];
    }
    case "hold_captured":
      return isHandOut(body.terms) ? [{ move: "handed_over", hold: body.hold }] : [];
    case "hold_cancelled":
      return isHandOut(body.terms) ? [{ move: "released", hold: body.hold, end: "cancelled" }] : [];
    case "sale":
      return body.captures.flatMap(({ hold, terms }) => (isHandOut(terms) ? [{ move: "handed_over", hold }] : []));
    case "return":
      return body.restored.flatMap(({ hold, terms }) =>
        isHandOut(terms) ? [{ move: "back", hold, origin: body.origin }] : [],
      );
    case "handed_over":
      return [{ move: "moved" }];
    case "erased":
      return [{ move: "gone" }];
    default:
      return [];
  }
}

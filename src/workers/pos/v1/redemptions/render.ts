import type { z } from "zod";
import type { redemption, redemptionAnswer } from "../../../../contract/pos-v1/redemption.ts";
import { invariant } from "../../../../domain/invariant.ts";
import type {
  BookingBody,
  BookingHeader,
  BookingNote,
  OfflineRedemptionEvent,
} from "../../../../domain/ledger/booking.ts";
import type { HoldEnd } from "../../../../domain/ledger/command.ts";
import { sumParts } from "../../../../domain/ledger/lot.ts";
import { memberOf } from "../desk.ts";
import { renderEffect } from "../render/effect.ts";
import { renderChange } from "../render/change.ts";
import { type Rendering } from "../render/reader.ts";
import type { Carried } from "../run-command.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireRedemption = z.infer<typeof redemption>;

/** A hold and how it stands. */
export interface HoldStory {
  readonly account: string;
  readonly body: BookingBody;
  readonly note: BookingNote | null;
  readonly end: { readonly end: HoldEnd; readonly at_ms: number } | null;
  /** The deadline after renewals; null keeps the first one. */
  readonly expires_at_ms: number | null;
}

/** Whether a booking is where a redemption began. */
export function isRedemption({ type }: BookingBody): boolean {
  return type === "hold" || type === "offline_redemption";
}

export function renderRedemption({ desk, text }: Rendering, story: HoldStory): WireRedemption {
  const { account, body, note, end } = story;
  if (body.type === "offline_redemption") return renderOffline({ desk, text }, account, body, note);
  invariant(body.type === "hold", `a ${body.type} is no redemption`);
  return {
    object: "redemption",
    id: desk.ids.booking("red", { account, seq: body.seq }),
    created_at: wireTime(body.at_ms),
    member: memberOf(desk, account),
    state: end?.end ?? "held",
    reward: body.reward,
    name: text(body.what),
    cost: { unit: body.unit, amount: sumParts(body.parts) },
    effect: renderEffect(desk, body.effect),
    expires_at: wireTime(story.expires_at_ms ?? body.expires_at_ms),
    resolved_at: end === null ? null : wireTime(end.at_ms),
    metadata: note?.metadata ?? {},
  };
}

function renderOffline(
  { desk, text }: Pick<Rendering, "desk" | "text">,
  account: string,
  body: BookingHeader & OfflineRedemptionEvent,
  note: BookingNote | null,
): WireRedemption {
  const { value, shortfall, shortfall_is } = body;
  return {
    object: "redemption",
    id: desk.ids.booking("red", { account, seq: body.seq }),
    created_at: wireTime(body.at_ms),
    member: desk.ids.member(account),
    state: "captured",
    reward: body.reward,
    name: text(body.what),
    cost: { unit: body.unit, amount: body.cost },
    effect: renderEffect(desk, body.effect),
    expires_at: wireTime(body.handed_out_at_ms),
    offline: { handed_out_at: wireTime(body.handed_out_at_ms), value, shortfall, shortfall_is },
    resolved_at: wireTime(body.handed_out_at_ms),
    metadata: note?.metadata ?? {},
  };
}

/** The answer of a call that made or changed a redemption. `hold` is the redemption, `carried` the booking of the call. */
export function renderRedemptionAnswer(
  rendering: Rendering,
  carried: Carried,
  hold: HoldStory,
): z.infer<typeof redemptionAnswer> {
  return {
    redemption: renderRedemption(rendering, hold),
    ...renderChange(rendering, carried),
  };
}

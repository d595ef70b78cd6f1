import type { z } from "zod";
import type { giftcard } from "../../../../contract/pos-v1/giftcard.ts";
import { invariant } from "../../../../domain/invariant.ts";
import type { BookingBody, BookingNote } from "../../../../domain/ledger/booking.ts";
import type { Wallet } from "../../../../domain/ledger/view.ts";
import { createGiftCode, GIFT_CARD_NO } from "../../../../domain/tenancy/gift-code.ts";
import type { PosDesk } from "../desk.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireGiftcard = z.infer<typeof giftcard>;

/** A gift card as its account tells it. */
export interface GiftcardStanding {
  readonly account: string;
  /** The booking that put its value on it. */
  readonly loaded: BookingBody;
  readonly note: BookingNote | null;
  readonly wallet: Wallet;
  readonly state: WireGiftcard["state"];
}

export function renderGiftcard(desk: PosDesk, standing: GiftcardStanding): WireGiftcard {
  const { account, loaded, note, wallet, state } = standing;
  invariant(loaded.type === "loaded", `a gift card begins with a ${loaded.type}`);
  const { currency } = desk;
  const balance = wallet.balances.find(({ unit }) => unit === loaded.unit);
  return {
    object: "giftcard",
    id: desk.ids.card({ account, cardNo: GIFT_CARD_NO }),
    created_at: wireTime(loaded.at_ms),
    code: createGiftCode(desk.parts.secrets.idMac, desk.tenant, account),
    state,
    origin: loaded.origin,
    amount: { amount: loaded.amount, currency },
    balance: { amount: balance?.available ?? 0, currency },
    held: { amount: balance?.held ?? 0, currency },
    expires_on: balance?.expiring[0]?.on ?? null,
    message: note?.message ?? null,
    metadata: note?.metadata ?? {},
  };
}

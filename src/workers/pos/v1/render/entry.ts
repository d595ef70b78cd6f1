import type { z } from "zod";
import type { entry } from "../../../../contract/pos-v1/wallet.ts";
import type { BookingBody, BookingNote, Entry } from "../../../../domain/ledger/booking.ts";
import { explainEntry } from "../../../../domain/ledger/explain.ts";
import type { BookingIdPrefix } from "../../../../domain/tenancy/ids.ts";
import type { PosDesk } from "../desk.ts";
import { type Rendering } from "./reader.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireEntry = z.infer<typeof entry>;

/** A booking as the renderer needs it, with the account it stands in. */
export interface Booked {
  readonly account: string;
  readonly body: BookingBody;
  readonly note: BookingNote | null;
}

export function renderEntries(rendering: Rendering, booked: Booked): WireEntry[] {
  return booked.body.entries.map((item, index) => renderEntry(rendering, booked, item, index));
}

function renderEntry({ desk, reader }: Rendering, booked: Booked, item: Entry, index: number): WireEntry {
  const { account, body, note } = booked;
  return {
    object: "entry",
    id: desk.ids.entry({ account, seq: body.seq, index }),
    created_at: wireTime(body.at_ms),
    type: item.why.code,
    unit: item.unit,
    delta: item.delta,
    bucket: item.lot.bucket,
    balance_after: item.after,
    explanation: explainEntry(reader, item),
    source: sourceOf(desk, account, body),
    metadata: note?.metadata ?? {},
  };
}

/** The id of what an entry belongs to; null for what the account did by itself. */
function sourceOf(desk: PosDesk, account: string, body: BookingBody): string | null {
  const prefixes: Readonly<Partial<Record<BookingBody["type"], BookingIdPrefix>>> = {
    sale: "sal",
    return: "ret",
    hold: "red",
    adjustment: "adj",
    opening: "adj",
    action: "acn",
    gift: "gft",
  };
  if (body.type === "hold_captured" || body.type === "hold_cancelled") {
    return desk.ids.booking("red", { account, seq: body.hold });
  }
  if (body.type === "tender_taken") {
    return desk.ids.booking(body.move === "capture" ? "sal" : "ret", { account: body.from, seq: body.booking });
  }
  const prefix = prefixes[body.type];
  return prefix === undefined ? null : desk.ids.booking(prefix, { account, seq: body.seq });
}

import type { z } from "zod";
import type { sale, saleLine, warning } from "../../../../contract/pos-v1/sale.ts";
import type { BookingHeader, BookingNote, ReturnEvent, SaleEvent } from "../../../../domain/ledger/booking.ts";
import { keptOf, nothingReturned } from "../../../../domain/ledger/decide/kept-sale.ts";
import { explainWarning } from "../../../../domain/ledger/explain.ts";
import { accountKindOf } from "../../../../domain/tenancy/account-id.ts";
import { formatMilli } from "../../../../domain/numbers.ts";
import type { BasketLine } from "../../../../domain/program/basket.ts";
import { noEffect } from "../../../../domain/program/effect.ts";
import { renderEffect } from "./effect.ts";
import { type Rendering } from "./reader.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireSale = z.infer<typeof sale>;
export type WireWarning = z.infer<typeof warning>;
export type SaleBody = BookingHeader & SaleEvent;

export interface RenderedSale {
  /** The account in whose ledger the sale stands. */
  readonly account: string;
  /** The account that carries on for it. */
  readonly owner: string;
  readonly body: SaleBody;
  readonly note: BookingNote | null;
  /** The latest return of it; null when nothing came back. */
  readonly last_return: ReturnEvent | null;
  readonly preview: boolean;
}

export function renderSale(
  { desk }: Rendering,
  { account, owner, body, note, last_return, preview }: RenderedSale,
): WireSale {
  const { sale: facts, by } = body;
  const kept = last_return?.kept ?? nothingReturned();
  return {
    object: "sale",
    id: preview ? null : desk.ids.booking("sal", { account, seq: body.seq }),
    created_at: wireTime(body.at_ms),
    occurred_at: wireTime(facts.occurred_at_ms),
    business_date: facts.business_date,
    receipt: facts.receipt,
    register: facts.register,
    location: by.kind === "till" ? by.location : "",
    till: by.kind === "till" ? by.till : "",
    staff: by.kind === "till" ? (by.staff ?? null) : null,
    member: accountKindOf(owner) === "member" ? desk.ids.member(owner) : null,
    total: { amount: facts.total, currency: facts.currency },
    lines: facts.lines.map((line) =>
      renderLine(line, last_return?.full === true ? 0 : keptOf(line, kept).quantity_milli),
    ),
    tender: [...facts.tender],
    redemptions: [
      ...body.captures.map(({ hold, reward, effect }) => ({
        redemption: desk.ids.booking("red", { account, seq: hold }),
        reward,
        effect: renderEffect(desk, effect),
      })),
      ...(body.tenders ?? []).map(({ account: giftcard, hold, held, pays }) => ({
        redemption: desk.ids.booking("red", { account: giftcard, seq: hold }),
        reward: null,
        effect: renderEffect(desk, { ...noEffect("payment"), amount: held, pays }),
      })),
    ],
    paid_with_credit: { amount: facts.paid_with_credit ?? 0, currency: facts.currency },
    returned: last_return === null ? "no" : last_return.full ? "fully" : "partly",
    metadata: note?.metadata ?? {},
  };
}

function renderLine(line: BasketLine, kept_milli: number): z.infer<typeof saleLine> {
  return {
    id: line.id,
    kind: line.kind,
    sku: line.sku,
    name: line.name,
    category: line.category,
    quantity: formatMilli(line.quantity_milli),
    amount: line.amount,
    unit_price: line.unit_price,
    tax_rate: line.tax_rate,
    returned_quantity: formatMilli(line.quantity_milli - kept_milli),
  };
}

export function renderWarnings({ reader }: Rendering, body: SaleBody): WireWarning[] {
  return body.warnings.map((item) => ({ code: item.code, detail: explainWarning(reader, item) }));
}

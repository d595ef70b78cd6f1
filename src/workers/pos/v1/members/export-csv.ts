import { csvTable } from "../../../http/csv.ts";
import type { MemberExport } from "./export.ts";

const COLUMNS = ["record", "at", "name", "unit", "amount", "value", "id"] as const;
type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | boolean | null>>>;

/** Everything about a member as one table (RFC 4180): each row says in `record` what it is. */
export function exportCsv(all: MemberExport): string {
  return csvTable(COLUMNS, rowsOf(all));
}

function rowsOf({ member, identifiers, consents, cards, lots, bookings }: MemberExport): Row[] {
  const { metadata, consents: _latest, object: _object, id, created_at, ...profile } = member;
  return [
    { record: "member", at: created_at, id },
    ...Object.entries(profile).map(([name, value]): Row => ({ record: "profile", name, value })),
    ...Object.entries(metadata).map(([name, value]): Row => ({ record: "metadata", name, value })),
    ...identifiers.map(({ kind, value }): Row => ({ record: "identifier", name: kind, value })),
    ...consents.map(({ purpose, granted, text, at }): Row => ({
      record: granted ? "consent" : "refusal",
      at,
      name: purpose,
      value: text,
    })),
    ...cards.map((card): Row => ({
      record: "card",
      at: card.created_at,
      name: `${card.kind} ${card.state}`,
      value: card.number ?? card.token,
      id: card.id,
    })),
    ...lots.map((lot): Row => ({
      record: "lot",
      at: lot.expires_on,
      name: `${lot.bucket} ${lot.class}`,
      unit: lot.unit,
      amount: lot.amount,
    })),
    ...bookings.flatMap(bookingRows),
  ];
}

function bookingRows({ created_at, type, entries, reason, metadata }: MemberExport["bookings"][number]): Row[] {
  const words = Object.entries(metadata).map(([name, value]): Row => ({
    record: "metadata",
    at: created_at,
    name,
    value,
  }));
  return [
    { record: "booking", at: created_at, name: type, value: reason },
    ...words,
    ...entries.map((one): Row => ({
      record: "entry",
      at: created_at,
      name: one.type,
      unit: one.unit,
      amount: one.delta,
      value: one.explanation,
      id: one.id,
    })),
  ];
}

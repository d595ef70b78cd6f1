import type { z } from "zod";
import type { effect } from "../../../../contract/pos-v1/effect.ts";
import type { Effect } from "../../../../domain/program/effect.ts";
import type { PosDesk } from "../desk.ts";

export type WireEffect = z.infer<typeof effect>;

export function renderEffect({ currency }: PosDesk, value: Effect): WireEffect {
  const money = (amount: number | null) => (amount === null ? null : { amount, currency });
  return {
    kind: value.kind,
    discount: money(value.discount),
    percent: value.percent,
    amount: money(value.amount),
    item: value.item,
    lines: [...value.lines],
    by_tax_rate: [...value.by_tax_rate],
    pays: money(value.pays ?? null),
    final: value.final,
  };
}

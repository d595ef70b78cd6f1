import type { z } from "zod";
import type {
  handOut,
  handOutExport,
  handOutExportQuery,
  handOutPage,
  handOutQuery,
} from "../../contract/pos-v1/hand-out.ts";
import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import type { IdCodec } from "../../domain/tenancy/ids.ts";
import { inLocale } from "../../domain/program/compile.ts";
import { HAND_OUT_KINDS } from "../../domain/program/reward-terms.ts";
import type { InsightsClient } from "../../durable/merchant-insights/client.ts";
import type { HandOut } from "../../durable/merchant-insights/protocol.ts";
import { csvTable } from "../http/csv.ts";
import { validationProblem } from "../http/problem.ts";
import { decodePlace, encodePlace } from "./cursor.ts";
import { wireTime } from "../http/wire-time.ts";

type WireHandOut = z.infer<typeof handOut>;
export type WireHandOutExport = z.infer<typeof handOutExport>;

/** Before any booking, and after any. */
const [EVER, FOREVER] = ["0000-01-01", "9999-12-31"];
/** Rows of one export, and of one call for it. */
const EXPORT_MAX = 5_000;
const STEP = 500;

/** Who reads, and whose ids. */
export interface HandOutReader {
  readonly insights: InsightsClient;
  readonly ids: IdCodec;
  readonly locale: Locale;
}

/** A page of what is, or was, to be handed over. One object call. */
export async function listHandOuts(
  { insights, ids, locale }: HandOutReader,
  { state, kind, from = EVER, to = FOREVER, limit, order, cursor }: z.infer<typeof handOutQuery>,
): Promise<z.infer<typeof handOutPage>> {
  const place = decodePlace(cursor);
  const found = await insights.handOuts({
    state: state ?? null,
    kinds: kind === undefined ? HAND_OUT_KINDS : [kind],
    from,
    to_day: to,
    behind: place === null ? null : { place: place.place, item: Number(place.id) || 0 },
    order,
    limit: limit + 1,
  });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const next_cursor = found.length > limit && last !== undefined ? encodePlace(last.place, String(last.item)) : null;
  return { data: shown.map((one) => renderHandOut(ids, locale, one)), next_cursor };
}

/**
 * Everything of a period, oldest first.
 *
 * @throws ProblemError `validation_failed` when there is too much for one file
 */
export async function exportHandOuts(
  { insights, ids, locale }: HandOutReader,
  { state, kind = "partner", from = EVER, to = FOREVER }: z.infer<typeof handOutExportQuery>,
  now_ms: number,
): Promise<WireHandOutExport> {
  const all: HandOut[] = [];
  for (;;) {
    const last = all.at(-1);
    const behind = last === undefined ? null : { place: last.place, item: last.item };
    const filter = {
      state: state ?? null,
      kinds: [kind],
      from,
      to_day: to,
      behind,
      order: "asc",
      limit: STEP,
    } as const;
    const found = await insights.handOuts(filter);
    all.push(...found);
    if (found.length < STEP) break;
    if (all.length >= EXPORT_MAX) {
      throw validationProblem([{ path: "from", message: `more than ${EXPORT_MAX} rows; name a shorter period` }]);
    }
  }
  const data = all.map((one) => renderHandOut(ids, locale, one));
  return { object: "hand_out_export", exported_at: wireTime(now_ms), data };
}

const COLUMNS = [
  "id",
  "created_at",
  "state",
  "kind",
  "reward",
  "name",
  "partner",
  "reference",
  "sku",
  "member",
  "issued_reward",
  "redemption",
  "expires_on",
  "cost_price",
  "location",
  "resolved_at",
  "resolved_location",
  "till",
  "staff",
  "reason",
] as const;

/** An export as one table (RFC 4180), a row for each. */
export function handOutCsv({ data }: WireHandOutExport): string {
  return csvTable(
    COLUMNS,
    data.map(({ object: _object, partner, handed_over, cancelled, ...row }) => ({
      ...row,
      partner: partner?.name,
      reference: partner?.reference,
      resolved_at: (handed_over ?? cancelled)?.at,
      resolved_location: (handed_over ?? cancelled)?.location,
      till: (handed_over ?? cancelled)?.till,
      staff: (handed_over ?? cancelled)?.staff,
      reason: cancelled?.reason,
    })),
  );
}

function renderHandOut(ids: IdCodec, locale: Locale, one: HandOut): WireHandOut {
  const { account, seq, item, hold, terms, state, resolved, end } = one;
  const redemption = hold === null ? null : ids.booking("red", { account, seq: hold });
  const issued_reward = one.origin === "redemption" ? null : ids.issue({ account, seq, index: item });
  const deed = resolved === null ? null : { ...who(resolved), at: wireTime(resolved.at_ms) };
  return {
    object: "hand_out",
    id: issued_reward ?? ids.booking("red", { account, seq }),
    created_at: wireTime(one.asked.at_ms),
    state,
    reward: one.reward,
    name: inLocale(one.what, locale),
    kind: HAND_OUT_KINDS.find((kind) => kind === terms.kind) ?? "product",
    sku: terms.sku ?? null,
    partner: terms.partner === undefined ? null : { name: terms.partner, reference: terms.reference ?? null },
    member: accountKindOf(account) === "member" ? ids.member(account) : null,
    issued_reward,
    redemption,
    expires_on: one.expires_on,
    cost_price: terms.cost_price ?? null,
    location: one.asked.location,
    handed_over: state === "handed_over" ? deed : null,
    cancelled: state === "cancelled" && deed !== null ? { ...deed, reason: end ?? "cancelled" } : null,
  };
}

function who({ location, till, staff }: HandOut["asked"]) {
  return { location, till, staff };
}

import { z } from "zod";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { decodeCursor, type Page, toPage } from "../cursor.ts";
import { type Forbidden, forbidden, type InvalidInput, parseInput } from "../refusal.ts";
import { type Item, listItemsInput, toItem } from "./schemas.ts";

const place = z.strictObject({ button_order: z.int(), id: z.string() });

/** The items in the order of their buttons; with `archived`, those no longer sold too. */
export async function listItems({
  ctx,
  input,
}: ServiceCall<typeof listItemsInput>): Promise<Result<Page<Item>, InvalidInput | Forbidden>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const parsed = parseInput(listItemsInput, input);
  if (!parsed.ok) return parsed;
  const { archived, cursor, limit } = parsed.value;
  const after = cursor === null ? null : decodeCursor(place, cursor);
  if (cursor !== null && after === null) {
    return fail({ code: "invalid_input", issues: [{ path: "cursor", message: "is not one of ours" }] });
  }
  const [rows] = await ctx.tenant.batch([ctx.tenant.items.page({ archived, after, limit: limit + 1 })]);
  return ok(toPage(rows, limit, toItem, ({ button_order, id }) => ({ button_order, id })));
}

import { z } from "zod";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceCall } from "../context.ts";
import { decodeCursor, type Page, toPage } from "../cursor.ts";
import { type Forbidden, forbidden, type InvalidInput, parseInput } from "../refusal.ts";
import { withLastUses } from "./last-uses.ts";
import { type ApiKey, listKeysInput } from "./schemas.ts";

const place = z.strictObject({ created_at_ms: z.int(), id: z.string() });

/** All keys ever made, oldest first, of one till or of the merchant. */
export async function listKeys({
  ctx,
  input,
}: ServiceCall<typeof listKeysInput>): Promise<Result<Page<ApiKey>, InvalidInput | Forbidden>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const parsed = parseInput(listKeysInput, input);
  if (!parsed.ok) return parsed;
  const { till, cursor, limit } = parsed.value;
  const after = cursor === null ? null : decodeCursor(place, cursor);
  if (cursor !== null && after === null) {
    return fail({ code: "invalid_input", issues: [{ path: "cursor", message: "is not one of ours" }] });
  }
  const [rows] = await ctx.tenant.batch([ctx.tenant.keys.page({ till, after, limit: limit + 1 })]);
  return ok(toPage(rows, limit, await withLastUses(ctx, rows), ({ created_at_ms, id }) => ({ created_at_ms, id })));
}

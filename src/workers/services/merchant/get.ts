import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { ServiceContext } from "../context.ts";
import { type Forbidden, forbidden, type NotFound, notFound } from "../refusal.ts";
import { type Merchant, toMerchant } from "./schemas.ts";

/** The merchant itself. */
export async function getMerchant({
  ctx,
}: {
  readonly ctx: ServiceContext;
}): Promise<Result<Merchant, Forbidden | NotFound>> {
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const [[row]] = await ctx.tenant.batch([ctx.tenant.merchant.get()]);
  return row === undefined ? fail(notFound("merchant")) : ok(toMerchant(row));
}

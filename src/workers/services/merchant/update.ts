import { fail, ok, type Result } from "../../../domain/result.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import { changeConfig } from "../change.ts";
import type { ServiceCall } from "../context.ts";
import { given } from "../given.ts";
import { type ChangeRefusal, forbidden, parseInput } from "../refusal.ts";
import { type Merchant, toMerchant, updateMerchantInput } from "./schemas.ts";

/** Changes what may change; currency, country and jurisdiction may not. */
export async function updateMerchant({
  ctx,
  input,
}: ServiceCall<typeof updateMerchantInput>): Promise<Result<Merchant, ChangeRefusal>> {
  if (!may(ctx.actor, "configure")) return fail(forbidden);
  const parsed = parseInput(updateMerchantInput, input);
  if (!parsed.ok) return parsed;

  const { watch, ...fields } = parsed.value;
  return changeConfig<Merchant, ChangeRefusal>(ctx, async (row) => {
    const limits = watch === undefined || watch === null ? watch : { ...row.watch, ...given(watch) };
    const change = given({ ...fields, watch: limits });
    return ok({
      value: toMerchant({ ...row, ...change }),
      statements: Object.keys(change).length === 0 ? [] : [ctx.tenant.merchant.update(change)],
    });
  });
}

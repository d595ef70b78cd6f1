import type { MerchantStatus } from "../../../db/schema/merchant.ts";
import type { RoleAt } from "../../../domain/tenancy/actor.ts";
import type { LoginContext } from "./context.ts";

/** A merchant that somebody works for. */
export interface Membership {
  readonly merchant: { readonly locator: string; readonly name: string; readonly status: MerchantStatus };
  readonly staff: string;
  readonly roles: readonly RoleAt[];
}

/** Everywhere a signed-in person works, in the order the merchants signed up. */
export async function listMemberships(ctx: Pick<LoginContext, "login">, user: string): Promise<readonly Membership[]> {
  const [rows] = await ctx.login.batch([ctx.login.memberships(user)]);
  const byStaff = Map.groupBy(rows, (row) => row.staff);
  return [...byStaff.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { merchant: locator, name, status, staff } = first;
    return [
      { merchant: { locator, name, status }, staff, roles: own.map(({ location, role }) => ({ location, role })) },
    ];
  });
}

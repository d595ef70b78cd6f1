import { z } from "zod";
import type { LocationRow } from "../../../db/schema/location.ts";
import type { MerchantRow } from "../../../db/schema/merchant.ts";
import type { PairingCodeRow } from "../../../db/schema/pairing-code.ts";
import type { TillRow } from "../../../db/schema/till.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { ServiceContext } from "../context.ts";
import { name } from "../fields.ts";
import { createKey, type CreateKeyRefusal } from "../key/create.ts";
import type { NewKey } from "../key/schemas.ts";
import { type InvalidInput, parseInput } from "../refusal.ts";
import { countAttempt, forgive, type RateLimited } from "../session/attempts.ts";
import type { LoginContext } from "../session/context.ts";
import { hashPairingCode } from "./create-code.ts";

export const redeemPairingCodeInput = z.strictObject({
  code: z.string().regex(/^\d{6}$/, "must be six digits"),
  name: name.optional(),
});

export interface PairingRefused {
  readonly code: "pairing_code_unknown" | "pairing_code_used" | "pairing_code_expired";
}

/** A till that was paired: its key, and where it stands. */
export interface Paired extends NewKey {
  readonly merchant: MerchantRow;
  readonly location: LocationRow;
  readonly till: TillRow;
}

export type RedeemRefusal = InvalidInput | RateLimited | PairingRefused | Exclude<CreateKeyRefusal, InvalidInput>;

/** Guesses of all callers together. */
const EVERYBODY = "everybody";

/** Swaps a code for a till's key. Every try counts, by address and in all, until it turns out right. */
export async function redeemPairingCode(
  ctx: LoginContext,
  input: z.input<typeof redeemPairingCodeInput>,
): Promise<Result<Paired, RedeemRefusal>> {
  const parsed = parseInput(redeemPairingCodeInput, input);
  if (!parsed.ok) return parsed;
  const byAddress = await countAttempt(ctx, "pairing_by_address", ctx.address);
  if (!byAddress.ok) return byAddress;
  const byAll = await countAttempt(ctx, "pairing_by_all", EVERYBODY);
  if (!byAll.ok) return byAll;

  const code_hash = hashPairingCode(ctx.digest, parsed.value.code);
  const claimed = await claim(ctx, code_hash);
  if (!claimed.ok) return claimed;
  await forgive(ctx, [
    ["pairing_by_address", ctx.address],
    ["pairing_by_all", EVERYBODY],
  ]);
  const paired = await makeTillKey(ctx, claimed.value, parsed.value.name);
  // The code was right and no key came of it: it may be tried again.
  if (!paired.ok) await ctx.login.batch([ctx.login.releasePairingCode(code_hash)]);
  return paired;
}

/** Uses the code up. Only one of several callers at the same moment gets it. */
async function claim(ctx: LoginContext, code_hash: string): Promise<Result<PairingCodeRow, PairingRefused>> {
  const now_ms = ctx.ports.now_ms();
  const [[claimed], [known]] = await ctx.login.batch([
    ctx.login.claimPairingCode(code_hash, now_ms),
    ctx.login.pairingCode(code_hash),
  ]);
  if (claimed !== undefined) return ok(claimed);
  if (known === undefined) return fail({ code: "pairing_code_unknown" });
  return fail({ code: known.used_at_ms === null ? "pairing_code_expired" : "pairing_code_used" });
}

async function makeTillKey(
  ctx: LoginContext,
  { merchant: locator, till: id, mode, scopes }: PairingCodeRow,
  called: string | undefined,
): Promise<Result<Paired, RedeemRefusal>> {
  const tenant = ctx.openTenant(locator);
  const { request_id, ports } = ctx;
  const service: ServiceContext = { tenant, actor: { kind: "system", job: "pairing" }, request_id, ports };
  // Whoever made the code was allowed to give these scopes.
  const made = await createKey({ ctx: service, input: { till: id, mode, scopes: [...scopes], name: called ?? null } });
  if (!made.ok) return made.error.code === "not_found" ? fail({ code: "pairing_code_unknown" }) : made;
  const [[merchant], [till]] = await tenant.batch([tenant.merchant.get(), tenant.tills.get(id)]);
  const [[location]] = await tenant.batch([tenant.locations.get(till?.location ?? "")]);
  if (merchant === undefined || till === undefined || location === undefined) {
    return fail({ code: "pairing_code_unknown" });
  }
  return ok({ ...made.value, merchant, location, till });
}

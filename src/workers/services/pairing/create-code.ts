import { z } from "zod";
import { invariant } from "../../../domain/invariant.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { actorName } from "../../../domain/tenancy/actor.ts";
import { type Mac, macText } from "../../../domain/tenancy/mac.ts";
import { type Mode, MODES } from "../../../domain/tenancy/merchant.ts";
import { may } from "../../../domain/tenancy/permissions.ts";
import type { LoginDb } from "../../../db/login-db.ts";
import type { ReadonlyInput, ServiceContext } from "../context.ts";
import { id } from "../fields.ts";
import { mayMakeKey, scopes } from "../key/schemas.ts";
import { type ChangeRefusal, forbidden, notFound, parseInput } from "../refusal.ts";

export const createPairingCodeInput = z.strictObject({ till: id, mode: z.enum(MODES), scopes });

export interface PairingContext extends ServiceContext {
  readonly login: LoginDb;
  readonly digest: Mac;
}

export interface NewPairingCode {
  readonly code: string;
  readonly till: string;
  readonly mode: Mode;
  readonly expires_at_ms: number;
}

const CODE_LIVES_MS = 10 * 60_000;
const CODES = 1_000_000;
/** Codes in use are few in a million; several collisions in a row mean something is broken. */
const ATTEMPTS_MAX = 8;

/** Makes the six digits that a till swaps for a key. A till has one code: a new one ends the one before it. */
export async function createPairingCode({
  ctx,
  input,
}: {
  readonly ctx: PairingContext;
  readonly input: ReadonlyInput<z.input<typeof createPairingCodeInput>>;
}): Promise<Result<NewPairingCode, ChangeRefusal>> {
  const parsed = parseInput(createPairingCodeInput, input);
  if (!parsed.ok) return parsed;
  const { till, mode, scopes: wanted } = parsed.value;
  if (!may(ctx.actor, "view")) return fail(forbidden);
  const [[merchant], [at]] = await ctx.tenant.batch([ctx.tenant.merchant.get(), ctx.tenant.tills.get(till)]);
  if (merchant === undefined || at === undefined || at.archived_at_ms !== null) return fail(notFound("till"));
  if (!mayMakeKey(ctx.actor, at.location, wanted)) return fail(forbidden);
  if (merchant.status !== "active") return fail({ code: "merchant_inactive" });

  const now_ms = ctx.ports.now_ms();
  const row = {
    merchant: merchant.locator,
    till,
    mode,
    scopes: wanted,
    created_by: actorName(ctx.actor),
    created_at_ms: now_ms,
    expires_at_ms: now_ms + CODE_LIVES_MS,
  };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const code = randomCode(ctx);
    const code_hash = hashPairingCode(ctx.digest, code);
    const [, , made] = await ctx.login.batch([
      ctx.login.dropPairingCodesOf(row),
      ctx.login.dropDeadPairingCode(code_hash, now_ms),
      ctx.login.insertPairingCode({ ...row, code_hash }),
    ]);
    if (made.length > 0) return ok({ code, till, mode, expires_at_ms: row.expires_at_ms });
  }
  invariant(false, "a free pairing code is found in a few attempts");
}

/** How a code is stored: keyed, because a million codes are hashed in a second. */
export function hashPairingCode(digest: Mac, code: string): string {
  return macText(digest, 51, ["pairing", code]);
}

function randomCode({ ports }: PairingContext): string {
  // 48 bits: the remainder favours no code by more than one in a hundred million.
  const number = ports.random(6).reduce((sum, byte) => sum * 256 + byte, 0) % CODES;
  return String(number).padStart(6, "0");
}

import { z } from "zod";
import {
  GOALS,
  makeFromTemplate,
  starterItems,
  TEMPLATE_IDS,
  type TemplateFeature,
} from "../../../domain/program/templates.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import { AGREEMENT_VERSIONS, AGREEMENTS } from "../../../domain/tenancy/agreements.ts";
import { SCOPES } from "../../../domain/tenancy/api-key.ts";
import type { Mac } from "../../../domain/tenancy/mac.ts";
import { MODES } from "../../../domain/tenancy/merchant.ts";
import { country, currency, line, locale, name, timezone } from "../fields.ts";
import { openingHours } from "../location/schemas.ts";
import { createMerchant, type SignedUp } from "../merchant/create.ts";
import type { InvalidProgram } from "../program/check-program.ts";
import { type InvalidInput, parseInput } from "../refusal.ts";
import { countAttempt, type RateLimited } from "../session/attempts.ts";
import type { LoginContext, SignedInUser } from "../session/context.ts";

export const signUpInput = z.strictObject({
  name,
  country,
  currency,
  timezone,
  locale,
  jurisdiction: z.enum(["eu", "us"]).default("eu"),
  template: z.enum(TEMPLATE_IDS),
  goal: z.enum(GOALS),
  location: z.strictObject({ name, opening_hours: openingHours.default([]) }),
  till: z.strictObject({ name }),
  owner_name: name.optional(),
  agreements: z.strictObject({ terms: line(20), processing: line(20) }),
});

/** Other versions of the terms or the processing agreement are in force than those accepted. */
export interface AgreementOutdated {
  readonly code: "agreement_outdated";
}

export type SignUpRefusal = InvalidInput | InvalidProgram | AgreementOutdated | RateLimited;

export interface SignedUpFromTemplate extends SignedUp {
  readonly missing: readonly TemplateFeature[];
}

/** What the first till's keys may do: all that a till does, not what configures or rewrites the past. */
const FIRST_KEY_SCOPES = SCOPES.filter((scope) => scope !== "admin" && scope !== "backfill");

/** Everything a merchant needs for a first sale, in one step: programme, location, till, owner and two keys. */
export async function signUp(
  ctx: LoginContext & { readonly locatorMac: Mac },
  user: SignedInUser,
  input: z.input<typeof signUpInput>,
): Promise<Result<SignedUpFromTemplate, SignUpRefusal>> {
  const parsed = parseInput(signUpInput, input);
  if (!parsed.ok) return parsed;
  const { template, owner_name, agreements, ...facts } = parsed.value;
  if (AGREEMENTS.some((agreement) => agreements[agreement] !== AGREEMENT_VERSIONS[agreement])) {
    return fail({ code: "agreement_outdated" });
  }
  const counted = await countAttempt(ctx, "merchant_by_user", user.id);
  if (!counted.ok) return counted;

  const program = makeFromTemplate(template, facts);
  const made = await createMerchant({
    ctx,
    input: {
      ...facts,
      template,
      owner: { name: ownerName(owner_name, user), email: user.email, user: user.id },
      program_json: JSON.stringify(program.document),
      items: starterItems(template, facts.locale).map((item, button_order) => ({ ...item, button_order })),
      keys: MODES.map((mode) => ({ name: parsed.value.till.name, mode, scopes: FIRST_KEY_SCOPES })),
      agreements: AGREEMENTS.map((agreement) => ({ agreement, version: agreements[agreement] })),
    },
  });
  return made.ok ? ok({ ...made.value, missing: program.missing }) : made;
}

/** Somebody who never gave a name is called by the front part of their address. */
function ownerName(given: string | undefined, user: SignedInUser): string {
  return (given ?? user.name) || (user.email.split("@")[0] ?? user.email).slice(0, 80);
}

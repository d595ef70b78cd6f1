import { invariant } from "../../domain/invariant.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { ServiceContext } from "../services/context.ts";
import { upsertItems } from "../services/item/upsert.ts";
import { createKey } from "../services/key/create.ts";
import { createLocation } from "../services/location/create.ts";
import { createMerchant, type SignupContext } from "../services/merchant/create.ts";
import type { InvalidProgram } from "../services/program/check-program.ts";
import type { InvalidInput } from "../services/refusal.ts";
import { createTill } from "../services/till/create.ts";
import type { DemoInput, LocationWanted, MadeDemo, MadeLocation, MadeTill, TillWanted } from "./demo-schemas.ts";

/** Makes a merchant through the same services as its owner would: rows, keys and the push to the registries. */
export async function makeDemo(
  signup: SignupContext,
  input: DemoInput,
): Promise<Result<MadeDemo, InvalidInput | InvalidProgram>> {
  const { name, country, currency, timezone, locale, color, claims, program, items } = input;
  const [first, ...others] = input.locations;
  const made = await createMerchant({
    ctx: signup,
    input: {
      name,
      country,
      currency,
      timezone,
      locale,
      color,
      claims,
      location: { name: first.name, opening_hours: first.opening_hours },
      till: { name: first.tills[0].name },
      program_json: JSON.stringify(program),
    },
  });
  if (!made.ok) return made;

  const { merchant, location, till } = made.value;
  const ctx = ownerContext(signup, merchant.locator);
  if (items.length > 0) must(await upsertItems({ ctx, input: { items } }));
  const locations = [await fillLocation(ctx, location.id, first, till.id)];
  for (const wanted of others) {
    const { name: called, opening_hours } = wanted;
    const { id } = must(await createLocation({ ctx, input: { name: called, opening_hours } }));
    locations.push(await fillLocation(ctx, id, wanted, null));
  }
  return ok({ locator: merchant.locator, locations });
}

function ownerContext(signup: SignupContext, locator: string): ServiceContext {
  return {
    tenant: signup.openTenant(locator),
    actor: { kind: "system", job: "demo" },
    request_id: signup.request_id,
    ports: signup.ports,
  };
}

/** `firstTill` is the till that the location was born with; null when it has none yet. */
async function fillLocation(
  ctx: ServiceContext,
  location: string,
  { name, tills }: LocationWanted,
  firstTill: string | null,
): Promise<MadeLocation> {
  const made: MadeTill[] = [];
  for (const [index, wanted] of tills.entries()) {
    const born = index === 0 ? firstTill : null;
    const id = born ?? must(await createTill({ ctx, input: { location, name: wanted.name } })).id;
    made.push(await fillTill(ctx, id, wanted));
  }
  return { id: location, name, tills: made };
}

async function fillTill(ctx: ServiceContext, till: string, { name, keys }: TillWanted): Promise<MadeTill> {
  const made: MadeTill["keys"][number][] = [];
  for (const wanted of keys) {
    const { secret } = must(await createKey({ ctx, input: { till, ...wanted } }));
    made.push({ name: wanted.name, mode: wanted.mode, secret });
  }
  return { id: till, name, keys: made };
}

/** The description was checked, and nobody else knows this merchant yet: a refusal would be our own mistake. */
function must<Value, Failure extends { readonly code: string }>(result: Result<Value, Failure>): Value {
  invariant(result.ok, `a service refused the demo: ${result.ok ? "" : JSON.stringify(result.error)}`);
  return result.value;
}

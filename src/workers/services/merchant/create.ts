import type { Statement } from "../../../db/database.ts";
import { isTakenLocator } from "../../../db/repositories/merchant.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import { invariant } from "../../../domain/invariant.ts";
import { ok, type Result } from "../../../domain/result.ts";
import type { Mac } from "../../../domain/tenancy/mac.ts";
import { createLocator } from "../../../domain/tenancy/merchant.ts";
import type { z } from "zod";
import { pushConfig } from "../config/push-config.ts";
import type { ReadonlyInput, ServicePorts } from "../context.ts";
import { type Location, toLocation } from "../location/schemas.ts";
import { makeKey } from "../key/make-key.ts";
import { type NewKey, toApiKey } from "../key/schemas.ts";
import { newId } from "../new-id.ts";
import { trialEnd } from "../../../domain/billing/terms.ts";
import { trialClaim } from "../billing/trial-claim.ts";
import { checkProgram, type CheckedProgram, type InvalidProgram } from "../program/check-program.ts";
import { type ProgramVersion, toProgramVersion } from "../program/schemas.ts";
import { type InvalidInput, parseInput } from "../refusal.ts";
import { type Staff, toStaff } from "../staff/schemas.ts";
import { type Till, toTill } from "../till/schemas.ts";
import { createMerchantInput, type Merchant, toMerchant } from "./schemas.ts";

/** A sign-up has no tenant yet. Who may sign up is for the caller to decide. */
export interface SignupContext {
  readonly request_id: string;
  readonly openTenant: (locator: string) => TenantDb;
  readonly locatorMac: Mac;
  readonly ports: ServicePorts;
}

export interface SignedUp {
  readonly merchant: Merchant;
  readonly location: Location;
  readonly till: Till;
  readonly owner: Staff | null;
  readonly program: ProgramVersion | null;
  /** With their secrets: the only time they are told. */
  readonly keys: readonly NewKey[];
}

type Input = z.output<typeof createMerchantInput>;

/** With 33 million locators per jurisdiction, a second try is rare and an eighth means something is broken. */
const LOCATOR_ATTEMPTS_MAX = 8;

/** Creates a merchant with all it needs to make a first sale: a location, a till and, if given, a programme. */
export async function createMerchant({
  ctx,
  input,
}: {
  readonly ctx: SignupContext;
  readonly input: ReadonlyInput<z.input<typeof createMerchantInput>>;
}): Promise<Result<SignedUp, InvalidInput | InvalidProgram>> {
  const parsed = parseInput(createMerchantInput, input);
  if (!parsed.ok) return parsed;
  const { program_json, currency } = parsed.value;
  const program = program_json === undefined ? ok(null) : checkProgram(program_json, currency);
  if (!program.ok) return program;

  for (let attempt = 0; attempt < LOCATOR_ATTEMPTS_MAX; attempt += 1) {
    const tenant = ctx.openTenant(createLocator(parsed.value.jurisdiction, ctx.ports.random(4), ctx.locatorMac));
    const plan = planSignup(tenant, ctx.ports, parsed.value, program.value);
    try {
      await tenant.batch([plan.first, ...plan.rest]);
    } catch (error) {
      if (isTakenLocator(error)) continue;
      throw error;
    }
    await pushConfig(tenant, ctx.ports);
    return ok(plan.value);
  }
  invariant(false, "a free locator is found in a few attempts");
}

interface SignupPlan {
  readonly value: SignedUp;
  readonly first: Statement;
  readonly rest: readonly Statement[];
}

function planSignup(tenant: TenantDb, ports: ServicePorts, input: Input, program: CheckedProgram | null): SignupPlan {
  const created_at_ms = ports.now_ms();
  const merchant = merchantRow(tenant.locator, ports, input, created_at_ms);
  const location = {
    merchant: tenant.locator,
    id: newId(ports, "loc"),
    name: input.location.name,
    country: input.country,
    timezone: input.timezone,
    opening_hours: input.location.opening_hours,
    created_at_ms,
    archived_at_ms: null,
  };
  const till = {
    merchant: tenant.locator,
    id: newId(ports, "til"),
    location: location.id,
    name: input.till.name,
    created_at_ms,
    archived_at_ms: null,
  };
  const owner = planOwner(tenant, ports, input, location.id, created_at_ms);
  const keys = planKeys(tenant, ports, input, till.id);
  const version = planFirstProgram(tenant, program, owner.value?.id ?? "system:signup", created_at_ms);
  return {
    value: {
      merchant: toMerchant(merchant),
      location: toLocation(location),
      till: toTill(till),
      owner: owner.value,
      program: version.value,
      keys: keys.value,
    },
    first: tenant.merchant.insert(merchant),
    rest: [
      tenant.locations.insert(location),
      tenant.tills.insert(till),
      ...owner.statements,
      ...version.statements,
      ...keys.statements,
      ...planItems(tenant, ports, input, created_at_ms),
      ...planAgreements(tenant, input, created_at_ms),
      ...planBilling(tenant, ports, input, created_at_ms),
    ],
  };
}

function merchantRow(locator: string, ports: ServicePorts, input: Input, created_at_ms: number) {
  const { name, legal_name, country, currency, timezone, locale, jurisdiction, claims, strict_receipts, color } = input;
  return {
    goal: input.goal,
    template: input.template,
    locator,
    name,
    legal_name,
    country,
    currency,
    timezone,
    locale,
    jurisdiction,
    claims,
    strict_receipts,
    color,
    watch: null,
    status: "active" as const,
    pin_salt: Buffer.from(ports.random(16)).toString("hex"),
    revision: 1,
    config_version: 1,
    config_pushed_version_live: 0,
    config_pushed_version_test: 0,
    created_at_ms,
  };
}

function planOwner(tenant: TenantDb, ports: ServicePorts, input: Input, location: string, created_at_ms: number) {
  if (input.owner === undefined) return { value: null, statements: [] };
  const row = {
    merchant: tenant.locator,
    id: newId(ports, "stf"),
    name: input.owner.name,
    email: input.owner.email,
    pin_hash: null,
    member_account: null,
    till_code: null,
    created_at_ms,
    archived_at_ms: null,
    user: input.owner.user,
  };
  const roles = [{ location, role: "owner" as const }];
  return {
    value: toStaff(row, roles),
    statements: [tenant.staff.insert(row), tenant.staffRoles.insert(row.id, roles)],
  };
}

function planKeys(tenant: TenantDb, ports: ServicePorts, input: Input, till: string) {
  const made = input.keys.map((terms) =>
    makeKey(ports, { ...terms, merchant: tenant.locator, till, expires_at_ms: null, replaces: null }),
  );
  return {
    value: made.map(({ row, secret }) => ({ key: toApiKey(row, null), secret })),
    statements: made.map(({ row }) => tenant.keys.insert(row)),
  };
}

function planItems(tenant: TenantDb, ports: ServicePorts, input: Input, created_at_ms: number): Statement[] {
  if (input.items.length === 0) return [];
  return [tenant.items.upsert(input.items.map((item) => ({ ...item, id: newId(ports, "itm"), created_at_ms })))];
}

function planAgreements(tenant: TenantDb, input: Input, accepted_at_ms: number): Statement[] {
  const accepted_by = input.owner?.user ?? "system:signup";
  return input.agreements.map((accepted) => tenant.agreements.insert({ ...accepted, accepted_by, accepted_at_ms }));
}

/** Whoever signs up begins with a trial, once per address. A merchant that nobody signed up for, as a demo, is not billed. */
function planBilling(tenant: TenantDb, ports: ServicePorts, input: Input, created_at_ms: number): Statement[] {
  if (input.owner === undefined) return [];
  const claim = trialClaim(ports.pinMac, "email", input.owner.email);
  return [
    tenant.billingTrials.claim(claim, created_at_ms),
    tenant.billing.insert({ claim, trial_ends_at_ms: trialEnd(created_at_ms), created_at_ms }),
  ];
}

function planFirstProgram(tenant: TenantDb, program: CheckedProgram | null, published_by: string, now_ms: number) {
  if (program === null) return { value: null, statements: [] };
  const row = {
    version: 1,
    config_version: 1,
    effective_at_ms: now_ms,
    hash: program.hash,
    json: program.json,
    published_by,
    published_at_ms: now_ms,
    note: null,
  };
  return { value: toProgramVersion(row), statements: [tenant.programVersions.insert(row)] };
}

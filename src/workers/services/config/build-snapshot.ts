import type { ApiKeyRow } from "../../../db/schema/api-key.ts";
import type { BillingRow } from "../../../db/schema/billing.ts";
import type { ItemRow } from "../../../db/schema/item.ts";
import type { LocationRow } from "../../../db/schema/location.ts";
import type { MerchantRow } from "../../../db/schema/merchant.ts";
import type { ProgramVersionRow } from "../../../db/schema/program-version.ts";
import type { StaffRow } from "../../../db/schema/staff.ts";
import type { TillRow } from "../../../db/schema/till.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { BillingFacts } from "../../../domain/billing/state.ts";
import type {
  ItemFacts,
  KeyFacts,
  LocationFacts,
  MerchantConfig,
  MerchantFacts,
  ProgramText,
  ProgramVersionFacts,
  StaffFacts,
  TillFacts,
} from "../../../domain/tenancy/config.ts";
import type { Mode } from "../../../domain/tenancy/merchant.ts";

/** One consistent reading of everything the edge must know of a merchant. */
export interface Snapshot {
  readonly version: number;
  /** The version that the registry of each mode has confirmed. */
  readonly pushed: Readonly<Record<Mode, number>>;
  readonly configFor: (mode: Mode) => MerchantConfig;
  /** The programme texts that the registry of a mode has not confirmed. */
  readonly textsFor: (mode: Mode) => readonly ProgramText[];
}

/** Reads in one transaction, so that the version belongs to the rows; null when there is no such merchant. */
export async function readSnapshot(tenant: TenantDb, now_ms: number): Promise<Snapshot | null> {
  const [[merchant], locations, tills, keys, items, programs, texts, [billing], staff] = await tenant.batch([
    tenant.merchant.get(),
    tenant.locations.active(),
    tenant.tills.active(),
    tenant.keys.active(now_ms),
    tenant.items.active(),
    tenant.programVersions.facts(),
    tenant.programVersions.unconfirmedTexts(),
    tenant.billing.get(),
    tenant.staff.withOwnCard(),
  ]);
  if (merchant === undefined) return null;
  const pushed = { live: merchant.config_pushed_version_live, test: merchant.config_pushed_version_test };
  const common = {
    version: merchant.config_version,
    merchant: merchantFacts(merchant),
    locations: locations.map(locationFacts),
    tills: tills.map(tillFacts),
    staff: staff.flatMap(staffFacts),
    items: items.map(itemFacts),
    programs: programs.map(programFacts),
  };
  return {
    version: merchant.config_version,
    pushed,
    configFor: (mode) => ({
      ...common,
      mode,
      keys: keys.filter((key) => key.mode === mode).map(keyFacts),
      billing: mode === "live" && billing !== undefined ? billingFacts(billing) : null,
    }),
    textsFor: (mode) => texts.filter((text) => text.config_version > pushed[mode]).map(programText),
  };
}

/** Every programme text published up to a configuration version: at most 400 of 64 KiB, below what one call carries. */
export async function readAllTexts(tenant: TenantDb, config_version: number): Promise<readonly ProgramText[]> {
  const [rows] = await tenant.batch([tenant.programVersions.textsUpTo(config_version)]);
  return rows.map(programText);
}

function merchantFacts(row: MerchantRow): MerchantFacts {
  const { locator, name, currency, country, timezone, locale, claims, strict_receipts, color, watch } = row;
  return { locator, name, currency, country, timezone, locale, claims, strict_receipts, color, watch };
}

function locationFacts(row: LocationRow): LocationFacts {
  const { id, name, country, timezone, opening_hours } = row;
  return { id, name, country, timezone, opening_hours };
}

/** What the edge reckons entitlements from; Stripe's ids stay in D1. */
export function billingFacts({ trial_ends_at_ms, subscription, demands, usage }: BillingRow): BillingFacts {
  return { state: { trial_ends_at_ms, subscription, demands }, usage };
}

function tillFacts(row: TillRow): TillFacts {
  return { id: row.id, name: row.name, location: row.location };
}

function staffFacts({ id, member_account, till_code }: StaffRow): StaffFacts[] {
  return member_account === null ? [] : [{ id, member_account, till_code }];
}

function keyFacts(row: ApiKeyRow): KeyFacts {
  return { id: row.id, hash: row.hash, till: row.till, scopes: row.scopes, expires_at_ms: row.expires_at_ms };
}

function itemFacts(row: ItemRow): ItemFacts {
  return { sku: row.sku, name: row.name, category: row.category, price: row.price, tax_rate: row.tax_rate };
}

function programFacts(row: ProgramVersionFacts): ProgramVersionFacts {
  return { version: row.version, effective_at_ms: row.effective_at_ms, hash: row.hash };
}

function programText(row: ProgramVersionRow): ProgramText {
  return { ...programFacts(row), json: row.json };
}

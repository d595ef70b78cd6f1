import type { BillingFacts } from "../billing/state.ts";
import type { WatchLimits } from "../insights/watch.ts";
import type { Scope } from "./api-key.ts";
import type { Mode } from "./merchant.ts";

/**
 * What the edge must know of one merchant and mode to accept a sale. D1 owns it; the registry keeps a replica;
 * a Worker isolate keeps a copy for at most a minute. `version` grows by one with every change in D1.
 */
export interface MerchantConfig {
  readonly version: number;
  readonly mode: Mode;
  readonly merchant: MerchantFacts;
  readonly locations: readonly LocationFacts[];
  readonly tills: readonly TillFacts[];
  /** Staff with a card of their own. Absent from replicas older than it. */
  readonly staff?: readonly StaffFacts[];
  readonly keys: readonly KeyFacts[];
  readonly items: readonly ItemFacts[];
  /** Every published version, oldest first, without the document. */
  readonly programs: readonly ProgramVersionFacts[];
  /** How the merchant pays; null and absent are not billed. Live mode alone: test data cost nothing. */
  readonly billing?: BillingFacts | null;
}

export interface MerchantFacts {
  /** The locator. */
  readonly locator: string;
  readonly name: string;
  /** ISO 4217 code; fixed at creation. */
  readonly currency: string;
  /** ISO 3166-1 alpha-2 code, upper case. */
  readonly country: string;
  /** IANA zone of the merchant; the programme has its own. */
  readonly timezone: string;
  readonly locale: Locale;
  /** Whether a sale without a member is kept for a later claim. */
  readonly claims: boolean;
  /** Whether one receipt on two cards is refused rather than flagged. */
  readonly strict_receipts: boolean;
  /** Of the member's pages and mails, "#rrggbb"; null for our own. Absent from replicas older than the setting. */
  readonly color?: string | null;
  /** What is usual here, where it differs from what usually is. Absent or null: nothing differs. */
  readonly watch?: Partial<WatchLimits> | null;
}

export type Locale = "nl" | "en";
export const LOCALES: readonly Locale[] = ["nl", "en"];

export interface LocationFacts {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly timezone: string;
  /** Local opening hours per ISO weekday (1 = Monday); no entry means closed. Times are "HH:MM"; "24:00" is midnight. */
  readonly opening_hours: readonly OpeningHours[];
}

export interface OpeningHours {
  readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly opens: string;
  readonly closes: string;
}

export interface StaffFacts {
  readonly id: string;
  /** The account of their own card. */
  readonly member_account: string;
  /** Under which code tills name them; null when by id. */
  readonly till_code: string | null;
}

export interface TillFacts {
  readonly id: string;
  readonly name: string;
  readonly location: string;
}

export interface KeyFacts {
  readonly id: string;
  /** SHA-256 of the whole key, lower-case hex. */
  readonly hash: string;
  /** The till the key belongs to. Every key belongs to one: it is part of the idempotency scope. */
  readonly till: string;
  readonly scopes: readonly Scope[];
  readonly expires_at_ms: number | null;
}

export interface ItemFacts {
  readonly sku: string;
  readonly name: string;
  readonly category: string | null;
  /** Minor units, tax included. */
  readonly price: number | null;
  /** Percent as a decimal string: "21", "9", "5.5". */
  readonly tax_rate: string | null;
}

export interface ProgramVersionFacts {
  readonly version: number;
  readonly effective_at_ms: number;
  /** SHA-256 of the document's JSON text, lower-case hex. */
  readonly hash: string;
}

/** A published programme as it travels: the exact text that was hashed. */
export interface ProgramText extends ProgramVersionFacts {
  readonly json: string;
}

import { fail, ok, type Result } from "../../../domain/result.ts";
import type { Scope } from "../../../domain/tenancy/api-key.ts";
import type { KeyFacts, Locale, LocationFacts, ProgramText, TillFacts } from "../../../domain/tenancy/config.ts";
import { accountKindOf } from "../../../domain/tenancy/account-id.ts";
import { receiptAccountId } from "../../../domain/tenancy/receipt-account.ts";
import { type SaleIdentity, saleNaturalKey } from "../../../domain/ledger/natural-key.ts";
import { IdCodec } from "../../../domain/tenancy/ids.ts";
import type { Tenant } from "../../../domain/tenancy/merchant.ts";
import { type AccountClient, accountClient } from "../../../durable/member-account/client.ts";
import type { ProgramPayloads } from "../../../durable/member-account/protocol.ts";
import { RegistryClient } from "../../../durable/merchant-registry/client.ts";
import type { IdentifierAnswer, RawIdentifier } from "../../../durable/merchant-registry/protocol.ts";
import { locationHintFor } from "../../../durable/shared/namespace.ts";
import { programText, type TenantConfig } from "../../edge/config-cache.ts";
import { ProblemError, validationProblem } from "../../http/problem.ts";
import type { Secrets } from "../../secrets.ts";

/** What {@link PosDesk} is made of. */
export interface DeskParts {
  readonly env: Env;
  readonly tenant: Tenant;
  readonly config: TenantConfig;
  readonly key: KeyFacts;
  readonly till: TillFacts;
  readonly location: LocationFacts;
  readonly secrets: Secrets;
  readonly locale: Locale;
  /** The request's own address. */
  readonly url: string;
  /** An identifier that was looked up together with the key. */
  readonly prefetched: { readonly wanted: RawIdentifier; readonly answer: IdentifierAnswer } | null;
}

/** One authenticated request of a till: who asks, under which rules, and the clients of the objects it may reach. */
export class PosDesk {
  readonly parts: DeskParts;
  readonly ids: IdCodec;
  /** The merchant's time; in test mode the test clock's. */
  readonly now_ms: number;

  constructor(parts: DeskParts) {
    this.parts = parts;
    this.ids = new IdCodec(parts.secrets.idMac, parts.tenant);
    this.now_ms = Date.now() + parts.config.clock_offset_ms;
  }

  /** Scheme and host that the request came to. */
  get origin(): string {
    return new URL(this.parts.url).origin;
  }

  get tenant(): Tenant {
    return this.parts.tenant;
  }

  get locale(): Locale {
    return this.parts.locale;
  }

  get currency(): string {
    return this.parts.config.config.merchant.currency;
  }

  /** @throws ProblemError `scope_missing` unless the key has one of the scopes */
  require(...scopes: readonly [Scope, ...Scope[]]): void {
    if (scopes.some((scope) => this.parts.key.scopes.includes(scope))) return;
    const detail = `This key may ${this.parts.key.scopes.join(", ") || "nothing"}; the call needs ${scopes.join(" or ")}.`;
    throw new ProblemError("scope_missing", { detail });
  }

  can(scope: Scope): boolean {
    return this.parts.key.scopes.includes(scope);
  }

  registry(): RegistryClient {
    return new RegistryClient(this.parts.env.MERCHANT_REGISTRY, this.tenant, { country: this.parts.location.country });
  }

  account(account: string): AccountClient {
    const locationHint = locationHintFor(this.parts.location.country);
    return accountClient(this.parts.env.MEMBER_ACCOUNT, this.tenant, account, {
      clock_offset_ms: this.parts.config.clock_offset_ms,
      ...(locationHint === undefined ? {} : { locationHint }),
    });
  }

  /** The programme in force at an instant; for a time before the first version, the first. */
  async programAt(at_ms: number): Promise<Result<ProgramText, "program_missing">> {
    const versions = this.parts.config.config.programs;
    const facts = versions.findLast((version) => version.effective_at_ms <= at_ms) ?? versions[0];
    const text = facts === undefined ? null : await this.programVersion(facts.version);
    return text === null ? fail("program_missing") : ok(text);
  }

  programVersion(version: number): Promise<ProgramText | null> {
    return programText(this.parts.env, this.tenant, this.parts.config, version);
  }

  /** @throws ProblemError `program_missing` when nothing is published */
  async programsAt(at_ms: number): Promise<ProgramPayloads> {
    const found = await this.programAt(at_ms);
    if (!found.ok) throw new ProblemError(found.error);
    return [found.value];
  }
}

/** @throws ProblemError `validation_failed` for an amount that the programme cannot reckon with */
export function requireProgramCurrency(desk: PosDesk, currency: string, path: string): void {
  if (currency === desk.currency) return;
  throw validationProblem([{ path, message: `must be ${desk.currency}, the programme's currency` }]);
}

/** Who is at the till, as bookings name it. */
export function tillActor({ parts: { till, location, key } }: PosDesk) {
  return { kind: "till", till: till.id, location: location.id, key: key.id } as const;
}

/** The id of the member whose account it is; null for a gift card's, which is nobody's. */
export function memberOf({ ids }: PosDesk, account: string): string | null {
  return accountKindOf(account) === "bearer" ? null : ids.member(account);
}

/** An Idempotency-Key as it is stored: unique per till. */
export function idemOf(desk: PosDesk, key: string): string {
  return `${desk.parts.till.id}:${key}`;
}

/** The account of a sale of this till without a member, the first or a later one of its receipt. */
export function receiptAccountOf(desk: PosDesk, sale: Omit<SaleIdentity, "till">, time = 1): string {
  const { till, secrets } = desk.parts;
  return receiptAccountId(secrets.idMac, desk.tenant, saleNaturalKey({ ...sale, till: till.id }), time);
}

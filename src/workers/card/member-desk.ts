import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import { merchantOfCardToken, verifyCardToken } from "../../domain/tenancy/card-token.ts";
import type { Locale, ProgramText } from "../../domain/tenancy/config.ts";
import type { CardRef } from "../../domain/tenancy/ids.ts";
import { isLocator, MODES, type Tenant } from "../../domain/tenancy/merchant.ts";
import { type AccountClient, accountClient } from "../../durable/member-account/client.ts";
import { RegistryClient } from "../../durable/merchant-registry/client.ts";
import { locationHintFor } from "../../durable/shared/namespace.ts";
import { lookUpTenant, programText, type TenantConfig } from "../edge/config-cache.ts";
import { readSecrets, type Secrets } from "../secrets.ts";

/** What {@link MemberDesk} is made of. */
interface DeskParts {
  readonly env: Env;
  readonly tenant: Tenant;
  readonly config: TenantConfig;
  readonly secrets: Secrets;
}

/** A merchant as the member's pages see it: no key, no till, and only what a page needs. */
export class MemberDesk {
  readonly tenant: Tenant;
  readonly config: TenantConfig;
  readonly secrets: Secrets;
  /** The merchant's time; in test mode the test clock's. */
  readonly now_ms: number;
  readonly #env: Env;

  constructor({ env, tenant, config, secrets }: DeskParts) {
    this.#env = env;
    this.tenant = tenant;
    this.config = config;
    this.secrets = secrets;
    this.now_ms = Date.now() + config.clock_offset_ms;
  }

  get merchant() {
    const { locator, name, locale, country, currency, color = null } = this.config.config.merchant;
    return { locator, name, locale, country, currency, color };
  }

  get fallbackLocale(): Locale {
    return this.merchant.locale;
  }

  registry(): RegistryClient {
    return new RegistryClient(this.#env.MERCHANT_REGISTRY, this.tenant, { country: this.merchant.country });
  }

  account(account: string): AccountClient {
    const locationHint = locationHintFor(this.merchant.country);
    return accountClient(this.#env.MEMBER_ACCOUNT, this.tenant, account, {
      clock_offset_ms: this.config.clock_offset_ms,
      ...(locationHint === undefined ? {} : { locationHint }),
    });
  }

  /** The programme in force, else the first that will be; null when nothing is published. */
  async program(): Promise<ProgramText | null> {
    const versions = this.config.config.programs;
    const facts = versions.findLast((version) => version.effective_at_ms <= this.now_ms) ?? versions[0];
    return facts === undefined ? null : programText(this.#env, this.tenant, this.config, facts.version);
  }
}

/** The desk of the merchant that a locator names; null when there is none. Invented locators wake no object. */
export async function deskOfMerchant(env: Env, tenant: Tenant): Promise<MemberDesk | null> {
  const secrets = readSecrets(env);
  if (!isLocator(tenant.merchant, secrets.idMac)) return null;
  const config = await lookUpTenant(env, tenant);
  return config === null ? null : new MemberDesk({ env, tenant, config, secrets });
}

export interface ShownCard {
  readonly desk: MemberDesk;
  readonly card: CardRef;
  readonly token: string;
}

/** The card that a token proves, in whichever mode it was made; null for a token that we did not make for a member. */
export async function cardOfToken(env: Env, token: string): Promise<ShownCard | null> {
  const { cardKeys } = readSecrets(env);
  const merchant = merchantOfCardToken(token);
  if (merchant === null) return null;
  for (const mode of MODES) {
    const card = verifyCardToken(cardKeys, { mode, merchant }, token);
    // Claim links are tokens too, and no cards.
    if (card === null || accountKindOf(card.account) !== "member") continue;
    const desk = await deskOfMerchant(env, { mode, merchant });
    return desk === null ? null : { desk, card, token };
  }
  return null;
}

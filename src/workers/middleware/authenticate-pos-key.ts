import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { parseApiKey } from "../../domain/tenancy/api-key.ts";
import { looksLikeCardToken } from "../../domain/tenancy/card-token.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import { isLocator, type Tenant } from "../../domain/tenancy/merchant.ts";
import type { RawIdentifier } from "../../durable/merchant-registry/protocol.ts";
import { lookUpKey } from "../edge/config-cache.ts";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";
import { PosDesk } from "../pos/v1/desk.ts";
import { readSecrets, type Secrets } from "../secrets.ts";
import { sha256Hex } from "../services/sha256.ts";

/** The longest text that any identifier may be; a longer one is refused by the validation that follows. */
const IDENTIFIER_MAX = 254;
const ACCEPT_LANGUAGE_MAX = 500;

/**
 * Accepts a till's key. Shape, checksum and locator are checked first, so that an invented key wakes nothing; then the
 * key is looked up in the isolate's memory or in the registry, together with the member the body names.
 */
export const authenticatePosKey = createMiddleware<AppEnv>(async (c, next) => {
  const secrets = readSecrets(c.env);
  const key = bearerKey(c.req.header("authorization"));
  const read = readKey(key, secrets);
  if (read === null) throw new ProblemError("key_invalid");
  const { tenant, hash } = read;
  const wanted = await namedIdentifier(c);
  const found = await lookUpKey(c.env, tenant, hash, wanted);
  if (!found.ok) throw new ProblemError(found.error);
  const { config, key: facts, identifier } = found.value;
  const till = config.config.tills.find((candidate) => candidate.id === facts.till);
  const location = config.config.locations.find((candidate) => candidate.id === till?.location);
  if (till === undefined || location === undefined) throw new ProblemError("key_invalid");
  const prefetched = wanted === null || identifier === null ? null : { wanted, answer: identifier };
  const locale = preferredLocale(c.req.header("accept-language"), config.config.merchant.locale);
  c.set(
    "pos",
    new PosDesk({
      env: c.env,
      tenant,
      config,
      key: facts,
      till,
      location,
      secrets,
      locale,
      url: c.req.url,
      prefetched,
    }),
  );
  c.header("cache-control", "no-store");
  await next();
});

interface ReadKey {
  readonly tenant: Tenant;
  /** As the registry knows it. */
  readonly hash: string;
}

/** Keys read by this isolate, under the secrets they were read with: a till comes with the same one all day. */
const readKeys = new WeakMap<Secrets, Map<string, ReadKey>>();
const READ_KEYS_MAX = 1_000;

/** What a key claims, when its shape, checksum and locator are right; null otherwise. Nothing is looked up. */
function readKey(key: string, secrets: Secrets): ReadKey | null {
  const known = readKeys.get(secrets) ?? new Map<string, ReadKey>();
  const found = known.get(key);
  if (found !== undefined) return found;
  const tenant = parseApiKey(key);
  if (tenant === null || !isLocator(tenant.merchant, secrets.idMac)) return null;
  const read = { tenant, hash: sha256Hex(key) };
  if (known.size >= READ_KEYS_MAX) known.clear();
  readKeys.set(secrets, known.set(key, read));
  return read;
}

function bearerKey(header: string | undefined): string {
  const [, key = ""] = /^Bearer +(.*)$/i.exec(header?.trim() ?? "") ?? [];
  if (key === "") throw new ProblemError("key_missing");
  return key;
}

/**
 * The identifier that the body's `member` names, if the registry has to find it. A peek only: the body is validated
 * later, and a body that is not what it should be names nobody here.
 */
async function namedIdentifier(c: Context<AppEnv>): Promise<RawIdentifier | null> {
  if (c.req.method !== "POST") return null;
  const body: unknown = await c.req.json().catch(() => null);
  if (typeof body !== "object" || body === null) return null;
  const wanted = identifierOf(Reflect.get(body, "member"));
  return wanted !== null && wanted.text.length <= IDENTIFIER_MAX ? wanted : null;
}

export function identifierOf(member: unknown): RawIdentifier | null {
  if (typeof member !== "object" || member === null) return null;
  const { card, phone, email, external_id } = Object.fromEntries(Object.entries(member));
  if (typeof phone === "string") return { kind: "phone", text: phone };
  if (typeof email === "string") return { kind: "email", text: email };
  if (typeof external_id === "string") return { kind: "external_id", text: external_id };
  if (typeof card === "string" && !looksLikeCardToken(card)) return { kind: "card_number", text: card };
  return null;
}

/** Of our languages the one that the reader likes best, the first of several; the merchant's own otherwise. */
export function preferredLocale(header: string | undefined, fallback: Locale): Locale {
  let best: { readonly locale: Locale; readonly weight: number } | null = null;
  for (const part of (header ?? "").slice(0, ACCEPT_LANGUAGE_MAX).toLowerCase().split(",")) {
    const [, tag, quality = "1"] = /^\s*(nl|en)(?:-[a-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/.exec(part) ?? [];
    const weight = Number(quality);
    if ((tag === "nl" || tag === "en") && weight > (best?.weight ?? 0)) best = { locale: tag, weight };
  }
  return best?.locale ?? fallback;
}

import { Buffer } from "node:buffer";
import type { CardKeys } from "../../domain/tenancy/card-token.ts";
import type { Tenant } from "../../domain/tenancy/merchant.ts";

/** A merchant's signing key of one generation. The public half is all that a till gets. */
export interface SigningKey {
  readonly kid: string;
  readonly private: CryptoKey;
  readonly public: CryptoKey;
  /** The public key as a JWK has it: 32 bytes, base64url. */
  readonly x: string;
}

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const ED25519 = { name: "Ed25519" } as const;
/** Keys that an isolate keeps: deriving one costs more than signing with it. */
const KEPT_MAX = 200;

const kept = new Map<string, Promise<SigningKey>>();

/** The merchant's and mode's own key of a generation; null for one that is not known. */
export async function signingKey(seeds: CardKeys, tenant: Tenant, kid: string): Promise<SigningKey | null> {
  const seed = seeds.macs.get(kid)?.(`${tenant.mode}\n${tenant.merchant}`);
  if (seed === undefined) return null;
  const bytes = Buffer.concat([PKCS8_PREFIX, seed]);
  const name = bytes.toString("base64url");
  const known = kept.get(name) ?? derive(kid, bytes);
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(name, known);
  return known;
}

async function derive(kid: string, pkcs8: Uint8Array): Promise<SigningKey> {
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, ED25519, true, ["sign"]);
  const exported: unknown = await crypto.subtle.exportKey("jwk", key);
  const x = isJwk(exported) ? exported.x : "";
  const jwk = { kty: "OKP", crv: "Ed25519", x };
  return { kid, private: key, public: await crypto.subtle.importKey("jwk", jwk, ED25519, true, ["verify"]), x };
}

function isJwk(value: unknown): value is { readonly x: string } {
  return typeof value === "object" && value !== null && "x" in value && typeof value.x === "string";
}

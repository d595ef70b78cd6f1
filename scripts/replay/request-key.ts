import { createHash } from "node:crypto";

const KEY_MAX = 255;

/**
 * The Idempotency-Key of a step, made of nothing but what the step is: a second run sends the same keys, and the platform
 * answers what it answered before. Long names are replaced by their digest.
 */
export function requestKey(kind: "member" | "sale" | "anonymous_sale" | "return", ...names: readonly string[]): string {
  const key = ["replay", kind, ...names.map((name) => encodeURIComponent(name))].join(":");
  return key.length <= KEY_MAX ? key : `replay:${kind}:${createHash("sha256").update(key).digest("hex")}`;
}

/** Digest of a request's body, for the state file. */
export function bodyDigest(body: unknown): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 22);
}

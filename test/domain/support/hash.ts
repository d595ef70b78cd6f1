import { createHash, createHmac } from "node:crypto";
import type { Sha256 } from "../../../src/domain/ledger/chain.ts";
import type { Mac } from "../../../src/domain/tenancy/mac.ts";

export const sha256: Sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** HMAC-SHA256 under a secret of the test's own. */
export function macWith(secret: string): Mac {
  return (message) => createHmac("sha256", secret).update(message).digest();
}

/** Bytes that are fixed by a seed, so that ids in tests never change. */
export function bytesOf(seed: string, length: number): Uint8Array {
  const bytes: number[] = [];
  for (let block = 0; bytes.length < length; block += 1) bytes.push(...sha256(`${seed} ${block}`));
  return Uint8Array.from(bytes.slice(0, length));
}

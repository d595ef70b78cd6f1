import type { MerchantRow } from "../../../db/schema/merchant.ts";
import type { ServicePorts } from "../context.ts";

/** The most that the runtime allows. */
const ITERATIONS = 100_000;
const HASH_BITS = 256;

/**
 * The stored form of a PIN. There are only 10,000 short PINs, so no salt or work factor protects them from somebody who
 * holds the database: the keyed MAC in front does, as its key is a secret outside D1. One salt per merchant makes equal
 * PINs of colleagues equal here, so that a taken PIN is found with a single derivation of about 30 ms.
 */
export async function hashPin(
  ports: Pick<ServicePorts, "pinMac">,
  merchant: Pick<MerchantRow, "locator" | "pin_salt">,
  pin: string,
): Promise<string> {
  const peppered = Uint8Array.from(ports.pinMac(["pin", merchant.locator, pin].join("\n")));
  const key = await crypto.subtle.importKey("raw", peppered, "PBKDF2", false, ["deriveBits"]);
  const salt = Uint8Array.from(Buffer.from(merchant.pin_salt, "hex"));
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS },
    key,
    HASH_BITS,
  );
  // The parameters stand in front, so that stronger ones can be told from these one day.
  return `pbkdf2-sha256$${ITERATIONS}$${Buffer.from(bits).toString("hex")}`;
}

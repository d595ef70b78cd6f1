import { type Mac, macText } from "../../../domain/tenancy/mac.ts";

/** What a trial is given for, once. */
export type ClaimKind = "email" | "business_number";

/** A claim as it is stored: a keyed digest, so that the table tells nobody's address. Spelling does not make another. */
export function trialClaim(mac: Mac, kind: ClaimKind, value: string): string {
  return `${kind}:${macText(mac, 26, ["trial", kind, kind === "email" ? oneMailbox(value) : plain(value)])}`;
}

/** What stands behind a plus reaches the same person. */
function oneMailbox(address: string): string {
  const [local = "", domain = ""] = address.trim().toLowerCase().split("@");
  return `${local.split("+")[0] ?? ""}@${domain}`;
}

function plain(value: string): string {
  return value.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
}

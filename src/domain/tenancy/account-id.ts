import { encodeBase32, isBase32 } from "./base32.ts";

/** `member`: a member's ledger. `receipt`: a sale nobody has claimed yet. `bearer`: a gift card or voucher code. */
export type AccountKind = "member" | "receipt" | "bearer";

const LETTERS: Readonly<Record<AccountKind, string>> = { member: "m", receipt: "r", bearer: "b" };
const KINDS: Readonly<Record<string, AccountKind>> = { m: "member", r: "receipt", b: "bearer" };

/** Characters of an account id: a letter for its kind and 75 random bits. */
export const ACCOUNT_ID_LENGTH = 16;
/** Random bytes that {@link createAccountId} takes. */
export const ACCOUNT_RANDOM_BYTES = 10;

export function createAccountId(kind: AccountKind, random: Uint8Array): string {
  return `${LETTERS[kind]}${encodeBase32(random, ACCOUNT_ID_LENGTH - 1)}`;
}

/** The kind that an account id names; null when the text is not an account id. */
export function accountKindOf(account: string): AccountKind | null {
  if (!isBase32(account, ACCOUNT_ID_LENGTH)) return null;
  return KINDS[account.charAt(0)] ?? null;
}

import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import { merchantOfCardToken, verifyCardToken } from "../../domain/tenancy/card-token.ts";
import { MODES } from "../../domain/tenancy/merchant.ts";
import { CLAIM_CARD_NO, CLAIM_MS } from "../../domain/tenancy/receipt-account.ts";
import type { WalletBalance } from "../../domain/ledger/view.ts";
import { readSecrets } from "../secrets.ts";
import { deskOfMerchant, type MemberDesk } from "./member-desk.ts";
import { TroubleError } from "./trouble.ts";

/** A sale that waits to be collected. */
export interface Claim {
  readonly desk: MemberDesk;
  readonly receipt: string;
}

/** What there is to collect, and until when. */
export interface WaitingClaim extends Claim {
  readonly balances: readonly WalletBalance[];
  readonly until_ms: number;
}

/**
 * The sale that a claim link proves, in whichever mode it was made.
 *
 * @throws TroubleError `unknown_claim` for a link that we did not make
 */
export async function claimOfToken(env: Env, token: string): Promise<Claim> {
  const { cardKeys } = readSecrets(env);
  const merchant = merchantOfCardToken(token);
  for (const mode of merchant === null ? [] : MODES) {
    const ref = verifyCardToken(cardKeys, { mode, merchant: merchant ?? "" }, token);
    if (ref === null || ref.cardNo !== CLAIM_CARD_NO || accountKindOf(ref.account) !== "receipt") continue;
    const desk = await deskOfMerchant(env, { mode, merchant: merchant ?? "" });
    if (desk !== null) return { desk, receipt: ref.account };
  }
  throw new TroubleError("unknown_claim");
}

/** @throws TroubleError `claim_used` or `claim_expired` */
export async function readClaim({ desk, receipt }: Claim): Promise<WaitingClaim> {
  const { merchant } = desk;
  const program = await desk.program();
  if (program === null) throw new TroubleError("claim_expired", { merchant });
  const read = await desk.account(receipt).wallet([program]);
  if (!read.ok) {
    throw new TroubleError(read.refusal.code === "account_moved" ? "claim_used" : "claim_expired", { merchant });
  }
  const until_ms = read.value.opened_at_ms + CLAIM_MS;
  if (until_ms <= desk.now_ms) throw new TroubleError("claim_expired", { merchant });
  const balances = read.value.wallet.balances.filter((balance) => balance.available + balance.pending > 0);
  return { desk, receipt, balances, until_ms };
}

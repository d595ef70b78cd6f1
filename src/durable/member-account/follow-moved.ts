import type { Refusal } from "../../domain/ledger/refusal.ts";

/** An account may have gone up in another, which may have gone up in a third. */
export const HOPS_MAX = 6;

type Refusable = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

/** What the account that carries on answered, and which one that is; null when the way there is too long. */
export async function followMoved<Outcome extends Refusable>(
  account: string,
  ask: (account: string) => Promise<Outcome>,
): Promise<{ readonly account: string; readonly answer: Outcome } | null> {
  let current = account;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const answer = await ask(current);
    if (answer.ok || answer.refusal.code !== "account_moved") return { account: current, answer };
    current = answer.refusal.to;
  }
  return null;
}

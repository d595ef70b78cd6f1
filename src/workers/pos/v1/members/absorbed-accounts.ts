import type { PosDesk } from "../desk.ts";

/** The account and all that went up in it, directly or by way of others: together they are one person's ledger. */
export async function accountsOfPerson(desk: PosDesk, account: string): Promise<string[]> {
  const found = [account];
  // The list grows while it is walked.
  for (const one of found) {
    for (const from of await desk.account(one).absorbed()) if (!found.includes(from)) found.push(from);
  }
  return found;
}

import type { Refusal } from "../../domain/ledger/refusal.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { AccountClient } from "../../durable/member-account/client.ts";
import type { Answer } from "../../durable/member-account/protocol.ts";
import type { MemberDesk } from "./member-desk.ts";

/** An account may have gone up in another, which may have gone up in a third. */
export const HOPS_MAX = 6;

export interface Followed<Value> {
  /** The account that answered: after a merge not the one that was asked. */
  readonly account: string;
  readonly value: Value;
}

/** Asks the account that a card means today. */
export async function follow<Value>(
  desk: MemberDesk,
  account: string,
  ask: (client: AccountClient) => Promise<Answer<Value>>,
): Promise<Result<Followed<Value>, Refusal["code"]>> {
  let current = account;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const answer = await ask(desk.account(current));
    if (answer.ok) return ok({ account: current, value: answer.value });
    if (answer.refusal.code !== "account_moved") return fail(answer.refusal.code);
    current = answer.refusal.to;
  }
  return fail("account_unknown");
}

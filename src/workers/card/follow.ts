import type { Refusal } from "../../domain/ledger/refusal.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { AccountClient } from "../../durable/member-account/client.ts";
import type { Answer } from "../../durable/member-account/protocol.ts";
import { followMoved } from "../../durable/member-account/follow-moved.ts";
import type { MemberDesk } from "./member-desk.ts";

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
  const found = await followMoved(account, (current) => ask(desk.account(current)));
  if (found === null) return fail("account_unknown");
  const { answer } = found;
  return answer.ok ? ok({ account: found.account, value: answer.value }) : fail(answer.refusal.code);
}

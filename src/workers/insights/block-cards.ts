import type { Flag } from "../../domain/insights/flag.ts";
import { accountKindOf } from "../../domain/tenancy/account-id.ts";
import type { CardRef } from "../../domain/tenancy/ids.ts";
import type { AccountClient } from "../../durable/member-account/client.ts";
import type { Answer, CommandAnswer, ProgramPayload } from "../../durable/member-account/protocol.ts";
import type { MemberDesk } from "../card/member-desk.ts";
import { followMoved } from "../../durable/member-account/follow-moved.ts";
import { ProblemError } from "../http/problem.ts";
import { sha256Hex } from "../services/sha256.ts";

/**
 * Blocks the card that a flag is about, as a till would: the cards that were shown, else every card of the member. A flag
 * about several members is about a cashier, a shop or a receipt: no customer's card is blocked for that. Blocking again
 * changes nothing.
 *
 * @throws ProblemError `unavailable` when the member cannot be followed just now
 */
export async function blockCards(desk: MemberDesk, flag: Flag & { readonly id: string }): Promise<CardRef[]> {
  const [account, ...others] = new Set(flag.evidence.map((piece) => piece.account));
  if (flag.rule === "chain_broken" || account === undefined || others.length > 0) return [];
  const program = await desk.program();
  if (program === null || accountKindOf(account) !== "member") return [];
  const shown = new Set(flag.evidence.flatMap(({ card_no }) => card_no ?? []));
  const card_nos = shown.size > 0 ? [...shown] : await activeCards(desk, account, program);
  const blocked: CardRef[] = [];
  for (const cardNo of card_nos.sort((left, right) => left - right)) {
    const key = `dashboard:${flag.id}:${cardNo}`;
    if (await block(desk, { account, cardNo }, program, key)) blocked.push({ account, cardNo });
  }
  return blocked;
}

async function activeCards(desk: MemberDesk, account: string, program: ProgramPayload): Promise<number[]> {
  const view = await follow(desk, account, (client) => client.wallet([program]));
  return view.ok ? view.value.cards.filter(({ state }) => state === "active").map(({ card_no }) => card_no) : [];
}

/** False when there is nobody left whose card it was. */
async function block(
  desk: MemberDesk,
  { account, cardNo }: CardRef,
  program: ProgramPayload,
  key: string,
): Promise<boolean> {
  const request_hash = sha256Hex(JSON.stringify(["flag.block", account, cardNo]));
  const command = {
    command: { type: "block_card", card_no: cardNo },
    by: { kind: "system", job: "flag" },
    till: "dashboard",
    idem: key,
    request_hash,
    note: null,
    programs: [program],
    preview: false,
  } as const;
  const answer = await follow(desk, account, (client, moved) =>
    client.run(moved ? { ...command, shown: { account, card_no: cardNo } } : command),
  );
  return answer.ok;
}

/** Asks the account that a member is today. */
async function follow<Outcome extends Refusable>(
  desk: MemberDesk,
  account: string,
  ask: (client: AccountClient, moved: boolean) => Promise<Outcome>,
): Promise<Outcome> {
  const found = await followMoved(account, (current) => ask(desk.account(current), current !== account));
  if (found === null) throw new ProblemError("unavailable", { retryAfterSeconds: 1 });
  return found.answer;
}

type Refusable = Answer<unknown> | CommandAnswer;

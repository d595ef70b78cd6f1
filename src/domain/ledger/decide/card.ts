import { fail, ok } from "../../result.ts";
import type { BlockCardCommand, Decision, IssueCardCommand } from "../command.ts";
import { plainDraft } from "../draft.ts";
import type { Refusal } from "../refusal.ts";
import type { AccountState } from "../state.ts";

/** Cards one account may have had; a lost card a month for eight years. */
const CARDS_MAX = 100;

/** Whether the card that was shown may be used. Null when no card was shown. */
export function checkCard(state: AccountState, card_no: number | null): Refusal | null {
  if (card_no === null) return null;
  const card = state.cards[String(card_no)];
  if (card === undefined) return { code: "card_unknown", card_no };
  return card.state === "blocked" ? { code: "card_blocked", card_no } : null;
}

/** Decides a new card, which may replace one: the old card is blocked, the balance stays. */
export function decideIssueCard(state: AccountState, command: IssueCardCommand): Decision {
  const numbers = Object.values(state.cards).map((card) => card.card_no);
  if (numbers.length >= CARDS_MAX) return fail({ code: "too_many_cards", max: CARDS_MAX });
  if (command.replaces !== null && !numbers.includes(command.replaces)) {
    return fail({ code: "card_unknown", card_no: command.replaces });
  }
  const card_no = Math.max(0, ...numbers) + 1;
  const { card_kind, replaces } = command;
  return ok([plainDraft({ type: "card_issued", card_no, card_kind, replaces })]);
}

/** Decides to block a card. Blocking a blocked card changes nothing and is not refused. */
export function decideBlockCard(state: AccountState, command: BlockCardCommand): Decision {
  const card = state.cards[String(command.card_no)];
  if (card === undefined) return fail({ code: "card_unknown", card_no: command.card_no });
  return ok([plainDraft({ type: "card_blocked", card_no: card.card_no, card_kind: card.kind, replaces: null })]);
}

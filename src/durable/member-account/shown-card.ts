import { checkCard } from "../../domain/ledger/decide/card.ts";
import type { Command } from "../../domain/ledger/command.ts";
import type { Refusal } from "../../domain/ledger/refusal.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import type { CommandMessage } from "./protocol.ts";

/** Why a card of an account that has moved may not be used: it was blocked before. Null when it may, or none was shown. */
export function shownCardRefusal(state: AccountState, command: Command): Refusal | null {
  if (!("card_no" in command) || command.type === "block_card") return null;
  const refused = checkCard(state, command.card_no);
  return refused?.code === "card_blocked" ? refused : null;
}

/** The message with a card of an account that went up in this one named by its number here; null when it is unknown here. */
export function withOwnCard(state: AccountState, message: CommandMessage): CommandMessage | null {
  const { shown, command } = message;
  if (shown === undefined) return message;
  const cards = Object.values(state.cards);
  const card = cards.find(({ origin }) => origin?.account === shown.account && origin.card_no === shown.card_no);
  // A receipt has no cards, and what it was handed before cards came along did not say them.
  if (card === undefined) return command.type === "block_card" || command.type === "issue_card" ? null : message;
  if (command.type === "issue_card") return { ...message, command: { ...command, replaces: card.card_no } };
  if (!("card_no" in command)) return message;
  return { ...message, command: { ...command, card_no: card.card_no } };
}

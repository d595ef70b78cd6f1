import type { Command } from "../../../src/domain/ledger/command.ts";
import type { RefAccount } from "./account.ts";

// Two members become one: what comes along besides what any account hands over, and what a request means afterwards that
// names the one that has ended.

/** Cards, returns that wait, and everybody who had become the giver before. */
export function becomeOne(receiver: RefAccount, giver: RefAccount): void {
  const last = Math.max(0, ...receiver.cards.keys());
  [...giver.cards]
    .sort(([left], [right]) => left - right)
    .forEach(([card_no, state], index) => {
      receiver.cards.set(last + 1 + index, state);
      receiver.cardOrigins.set(last + 1 + index, giver.cardOrigins.get(card_no) ?? { account: giver.id, card_no });
    });
  receiver.absorbed.push(...giver.absorbed, giver.id);
  for (const waiting of giver.waiting) receiver.waiting.push({ ...waiting, seq: receiver.book(), brought: true });
  giver.waiting = [];
}

/** Why a request does not go on to the account that carries on; null when it does. */
export function stoppedBy(account: RefAccount, named: string, command: Command): string | null {
  // The number is that of the account that was named; here another card may have it.
  const isShown = account.id === named && "card_no" in command && command.type !== "block_card";
  if (isShown && command.card_no !== null) {
    if (account.cards.get(command.card_no) === "blocked") return "card_blocked";
  }
  switch (command.type) {
    case "capture":
    case "cancel":
    case "renew":
      return "redemption_cancelled";
    case "sale":
      if (command.holds.length > 0) return "redemption_cancelled";
      return command.exchange.length > 0 ? "sale_unknown" : null;
    case "cancel_issue":
      return "issue_gone";
    case "hold":
      return "issue" in command.ask ? "issue_gone" : null;
    default:
      return null;
  }
}

/** A request with the card by the number that it has here; null when it must be a card of this member and is none. */
export function shownTo(account: RefAccount, named: string, command: Command): Command | null {
  const here = (shown: number) =>
    [...account.cardOrigins].find(([, origin]) => origin.account === named && origin.card_no === shown)?.[0] ?? null;
  if (command.type === "issue_card") {
    if (command.replaces === null) return command;
    const replaces = here(command.replaces);
    return replaces === null ? null : { ...command, replaces };
  }
  if (!("card_no" in command) || command.card_no === null) return command;
  const card_no = here(command.card_no);
  if (command.type === "block_card") return card_no === null ? null : { ...command, card_no };
  return { ...command, card_no };
}

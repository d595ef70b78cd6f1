import { assertNever } from "../../../domain/invariant.ts";
import type { Command, ForeignSale, ReturnCommand } from "../../../domain/ledger/command.ts";
import { accountKindOf } from "../../../domain/tenancy/account-id.ts";
import { ProblemError } from "../../http/problem.ts";
import { refusalProblem } from "../../http/refusal-problem.ts";
import type { PosDesk } from "./desk.ts";

/**
 * The same command for the account that its own went up in. Places in the old ledger mean nothing in the new one: a sale is
 * brought along from there, open redemptions were released when the account ended.
 *
 * @param from the account that has moved
 * @throws ProblemError when what the command names did not come along
 */
export async function rebase(desk: PosDesk, command: Command, from: string): Promise<Command> {
  switch (command.type) {
    case "return":
      return rebaseReturn(desk, command, from);
    case "capture":
    case "cancel":
    case "renew":
      throw new ProblemError("redemption_cancelled");
    case "sale":
      if (command.holds.length > 0) throw new ProblemError("redemption_cancelled");
      if (command.exchange.length > 0) throw new ProblemError("sale_unknown", { detail: EXCHANGE_DETAIL });
      return { ...command, card_no: null };
    case "block_card":
    case "issue_card":
      return command;
    case "cancel_issue":
      throw new ProblemError("issued_reward_gone");
    case "hold":
      if ("issue" in command.ask) throw new ProblemError("issued_reward_gone");
      return { ...command, card_no: null };
    case "load":
      return command;
    case "offline_redemption":
    case "paper_card":
    case "gift":
    case "issue":
    case "transfer":
    case "action":
    case "adjustment":
    case "opening":
      return { ...command, card_no: null };
    case "erase":
      return command;
    default:
      return assertNever(command, "command");
  }
}

const EXCHANGE_DETAIL =
  "The earlier sale stands on a card that went up in another. Send a return and a sale of their own.";

/** A sale named by its receipt is looked for where the member is now, unless it was the only sale of a claimed receipt. */
async function rebaseReturn(desk: PosDesk, command: ReturnCommand, from: string): Promise<Command> {
  if ("origin" in command.sale) return { ...command, sale: await sinceReturned(desk, command.sale, [from]) };
  if ("seq" in command.sale) return withForeignSale(desk, command, from, command.sale.seq);
  if (accountKindOf(from) !== "receipt") return command;
  return withForeignSale(desk, command, from, null);
}

/**
 * A return by receipt whose sale may stand in the ledger of an account that went up in this one. One that was booked there
 * before is asked of the account that booked it, which answers as it did.
 *
 * @param at the account that asks for the sale
 * @param accounts those that went up in it, in the order in which they did
 */
export async function searchSale(
  desk: PosDesk,
  { command, account: at }: { readonly command: Command; readonly account: string },
  accounts: readonly string[],
): Promise<{ readonly command: Command; readonly account: string }> {
  if (command.type !== "return" || "seq" in command.sale || "origin" in command.sale) return { command, account: at };
  for (const account of accounts.toReversed()) {
    const found = await desk.account(account).saleOf(null, command.sale);
    if (!found.ok || found.value === null) continue;
    const sale = await sinceReturned(desk, found.value, accounts);
    const holder = await returnedBy(desk, sale, { return_id: command.request.return_id, accounts });
    if (holder === sale.origin) return { command: { ...command, sale: { seq: sale.sale.seq } }, account: holder };
    return { command: { ...command, sale, searched: true }, account: holder ?? at };
  }
  return { command: { ...command, searched: true }, account: at };
}

/** The account that booked this very return of the sale; null when none has. */
async function returnedBy(
  desk: PosDesk,
  { origin, sale: { seq } }: ForeignSale,
  { return_id, accounts }: { readonly return_id: string; readonly accounts: readonly string[] },
): Promise<string | null> {
  for (const account of accounts) {
    const found = await desk.account(account).foreignReturn({ origin, seq, return_id });
    if (found.ok && found.value !== null) return account;
  }
  return null;
}

/** The sale with the latest return of it that any of these accounts booked while the sale's own had gone up in them. */
async function sinceReturned(desk: PosDesk, sale: ForeignSale, accounts: readonly string[]): Promise<ForeignSale> {
  let { last_return } = sale;
  for (const account of accounts) {
    if (account === sale.origin) continue;
    const found = await desk.account(account).foreignReturn({ origin: sale.origin, seq: sale.sale.seq });
    const body = found.ok ? (found.value?.body ?? null) : null;
    if (body !== null && body.at_ms >= (last_return?.at_ms ?? 0)) last_return = body;
  }
  return { ...sale, last_return };
}

async function withForeignSale(
  desk: PosDesk,
  command: ReturnCommand,
  from: string,
  seq: number | null,
): Promise<Command> {
  const found = await desk.account(from).saleOf(seq);
  if (!found.ok) throw refusalProblem(found.refusal, desk, false);
  if (found.value === null) throw new ProblemError("sale_unknown");
  return { ...command, sale: found.value };
}

import type { Command, ForeignSale, ReturnCommand } from "../../src/domain/ledger/command.ts";
import type { Side } from "./side.ts";

// What the edge does with a request whose member has become another's: places in the old ledger mean nothing in the new one.

/** The request for the account that carries on, or the code with which the edge refuses it. */
export type Rebased = { readonly command: Command; readonly account: string } | { readonly refused: string };

export async function rebase(side: Side, command: Command, from: string, to: string): Promise<Rebased> {
  const account = to;
  switch (command.type) {
    case "return":
      return { command: await broughtAlong(side, command, from), account };
    case "capture":
    case "cancel":
    case "renew":
      return { refused: "redemption_cancelled" };
    case "sale":
      if (command.holds.length > 0) return { refused: "redemption_cancelled" };
      return command.exchange.length > 0
        ? { refused: "sale_unknown" }
        : { command: { ...command, card_no: null }, account };
    case "cancel_issue":
      return { refused: "issue_gone" };
    case "hold":
      return "issue" in command.ask ? { refused: "issue_gone" } : { command: { ...command, card_no: null }, account };
    case "adjustment":
    case "opening":
    case "gift":
    case "issue":
    case "transfer":
      return { command: { ...command, card_no: null }, account };
    default:
      return { command, account };
  }
}

/** A sale is brought along from the account it stands in. */
async function broughtAlong(side: Side, command: ReturnCommand, from: string): Promise<ReturnCommand> {
  const { sale } = command;
  if ("origin" in sale) return { ...command, sale: await asReturnedBy(side, sale, [from]) };
  if (!("seq" in sale)) return command;
  const found = await side.saleOf(from, sale.seq);
  if (!found.ok || found.value === null) throw new Error(`the sale ${sale.seq} of ${from} is gone`);
  return { ...command, sale: found.value };
}

/** A sale with the latest return of it that one of these accounts has booked. */
async function asReturnedBy(side: Side, sale: ForeignSale, accounts: readonly string[]): Promise<ForeignSale> {
  let { last_return } = sale;
  for (const account of accounts.filter((one) => one !== sale.origin)) {
    const found = await side.foreignReturn(account, { origin: sale.origin, seq: sale.sale.seq });
    const body = found.ok ? (found.value?.body ?? null) : null;
    if (body !== null && body.at_ms >= (last_return?.at_ms ?? 0)) last_return = body;
  }
  return { ...sale, last_return };
}

/** Looks for a sale by its receipt among the accounts that went up in one, the latest first. */
export async function search(
  side: Side,
  command: Command,
  at: string,
  accounts: readonly string[],
): Promise<{ readonly command: Command; readonly account: string }> {
  if (command.type !== "return" || "seq" in command.sale || "origin" in command.sale) return { command, account: at };
  for (const account of accounts.toReversed()) {
    const found = await side.saleOf(account, null, command.sale);
    if (!found.ok || found.value === null) continue;
    const sale = await asReturnedBy(side, found.value, accounts);
    const place = { origin: sale.origin, seq: sale.sale.seq };
    for (const holder of accounts) {
      const booked = await side.foreignReturn(holder, { ...place, return_id: command.request.return_id });
      if (!booked.ok || booked.value === null) continue;
      if (holder === sale.origin) return { command: { ...command, sale: { seq: sale.sale.seq } }, account: holder };
      return { command: { ...command, sale, searched: true }, account: holder };
    }
    return { command: { ...command, sale, searched: true }, account: at };
  }
  return { command: { ...command, searched: true }, account: at };
}

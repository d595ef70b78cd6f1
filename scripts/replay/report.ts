import type { Difference } from "./compare.ts";
import type { Balances } from "./expected-balances.ts";
import type { Plan, Unmatched } from "./plan.ts";
import { isCancellation, type SkippedLine, type SortedLines, type WithoutCustomer } from "./receipts.ts";
import type { Count, Refusal, Sender, StepKind } from "./sender.ts";
import type { TillLine } from "./till-lines.ts";

/** What a replay did and found. */
export interface ReplayReport {
  readonly file: string;
  readonly url: string;
  readonly input: {
    readonly lines: number;
    readonly sales: number;
    readonly cancellations: number;
    readonly customers: number;
    readonly zero_price: number;
    readonly without_customer: WithoutCustomer;
    /** Invoices without a customer whose last lines were sent as one. */
    readonly folded: readonly string[];
    readonly skipped: readonly SkippedLine[];
  };
  readonly sent: Readonly<Record<StepKind, Count>>;
  readonly sending: Sending;
  readonly refused: readonly Refusal[];
  readonly warnings: Readonly<Record<string, number>>;
  readonly unmatched: readonly Unmatched[];
  /** What every member has on the platform. */
  readonly members: readonly MemberBalances[];
  readonly sales_without_customer: SalesWithoutCustomer;
  readonly differences: readonly Difference[];
  /** Everything was carried out and every balance is right. */
  readonly ok: boolean;
}

export interface Sending {
  readonly requests: number;
  readonly retries: number;
  readonly seconds: number;
}

export interface SalesWithoutCustomer {
  /** How many wait to be claimed. */
  readonly recorded: number;
  /** How many were answered, and not kept because the merchant does not want it. */
  readonly not_recorded: number;
  /** What all of them earned together. */
  readonly earned: Readonly<Record<string, number>>;
}

export interface MemberBalances {
  readonly customer: string;
  readonly member: string;
  readonly balances: Readonly<Record<string, number>>;
}

interface Findings {
  readonly file: string;
  readonly url: string;
  readonly lines: readonly TillLine[];
  readonly sorted: SortedLines;
  readonly plan: Plan;
  readonly sender: Sender;
  readonly sending: Sending;
  readonly wallets: ReadonlyMap<string, Balances>;
  readonly differences: readonly Difference[];
}

export function makeReport(found: Findings): ReplayReport {
  const { sorted, sender, differences } = found;
  const invoices = [...new Set(found.lines.map((line) => line.invoice))];
  const cancellations = invoices.filter(isCancellation).length;
  const unsent = Object.values(sender.counts).reduce((sum, { refused, not_sent }) => sum + refused + not_sent, 0);
  return {
    file: found.file,
    url: found.url,
    input: {
      lines: found.lines.length,
      sales: invoices.length - cancellations,
      cancellations,
      customers: sorted.customers.length,
      zero_price: sorted.zero_price,
      without_customer: sorted.without_customer,
      folded: found.plan.folded,
      skipped: sorted.skipped,
    },
    sent: sender.counts,
    sending: found.sending,
    refused: sender.refusals,
    warnings: Object.fromEntries(sender.warnings),
    unmatched: found.plan.unmatched,
    members: [...sender.members].map(([customer, member]) => ({
      customer,
      member,
      balances: Object.fromEntries(found.wallets.get(customer) ?? []),
    })),
    sales_without_customer: salesWithoutCustomer(sender),
    differences,
    ok: differences.length === 0 && unsent === 0,
  };
}

function salesWithoutCustomer({ earned }: Sender): SalesWithoutCustomer {
  const recorded = [...earned.values()].filter((balances) => balances !== null);
  const total = new Map<string, number>();
  for (const [unit, amount] of recorded.flatMap((balances) => [...balances])) {
    total.set(unit, (total.get(unit) ?? 0) + amount);
  }
  return {
    recorded: recorded.length,
    not_recorded: earned.size - recorded.length,
    earned: Object.fromEntries(total),
  };
}

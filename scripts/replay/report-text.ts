import type { Difference } from "./compare.ts";
import { LINES_MAX, type Unmatched } from "./plan.ts";
import type { SkippedLine } from "./receipts.ts";
import type { ReplayReport } from "./report.ts";
import type { Count } from "./sender.ts";

const FIRST = 10;

/** The report as a person reads it. Every difference is named; other lists show their beginning. */
export function reportText(report: ReplayReport): string {
  const parts = [
    [`${report.file} → ${report.url}`],
    fileText(report),
    sentText(report),
    unmatchedText(report.unmatched),
    balanceText(report),
    checkText(report),
  ];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

function fileText({ input }: ReplayReport): string[] {
  const { without_customer: others, skipped } = input;
  const ofCustomers = skipped.filter(({ customer }) => customer !== null);
  const ofNobody = skipped.filter(({ customer }) => customer === null);
  return [
    "In the file",
    `  ${count(input.lines)} lines: ${count(input.sales)} sales and ${count(input.cancellations)} cancellations, ${count(input.customers)} customers`,
    `  of customers, not sent: ${skippedText(ofCustomers)}`,
    `  of customers, sent at price zero: ${lines(input.zero_price)}`,
    `  without a customer: ${lines(others.lines)}, ${count(others.sales)} sales and ${count(others.cancellations)} cancellations`,
    `  without a customer, not sent: ${skippedText(ofNobody)}`,
    `  without a customer, sent at price zero: ${lines(others.zero_price)}`,
    ...(input.folded.length === 0
      ? []
      : [`  longer than ${LINES_MAX} lines, the last sent as one: ${list(input.folded)}`]),
  ];
}

function skippedText(skipped: readonly SkippedLine[]): string {
  const left = [...Map.groupBy(skipped, ({ reason }) => reason)].map(([reason, lines]) => {
    const examples = lines.slice(0, 3).map((line) => `line ${line.line}`);
    return `${words(reason)}: ${count(lines.length)} (${examples.join(", ")}${lines.length > 3 ? ", …" : ""})`;
  });
  return left.length === 0 ? "nothing" : left.join("; ");
}

function sentText({ sent, sending, refused, warnings }: ReplayReport): string[] {
  const { requests, retries, seconds } = sending;
  const codes = [...Map.groupBy(refused, ({ code }) => code)].map(([code, all]) => `${code} ${count(all.length)}`);
  const warned = Object.entries(warnings).map(([code, times]) => `${code} ${count(times)}`);
  return [
    "Sent",
    row(["", "accepted", "replayed", "done before", "refused", "not sent", "not recorded"]),
    countRow("members", sent.member),
    countRow("sales", sent.sale),
    countRow("returns", sent.return),
    countRow("sales without a customer", sent.anonymous_sale),
    `  ${count(requests)} requests in ${seconds.toFixed(1)} s, ${count(Math.round(requests / seconds))}/s, ${count(retries)} retries`,
    `  refused by code: ${list(codes)}`,
    ...refused
      .slice(0, FIRST)
      .map(({ customer, invoice, detail }) => `    ${customer ?? "nobody"} ${invoice ?? ""}: ${detail}`),
    `  warnings: ${list(warned)}`,
  ];
}

function countRow(name: string, sent: Count): string {
  const { accepted, replayed, done_before, refused, not_sent, not_recorded } = sent;
  return row([name, ...[accepted, replayed, done_before, refused, not_sent, not_recorded].map(count)]);
}

function row([first = "", ...cells]: readonly string[]): string {
  return `  ${first.padEnd(24)}${cells.map((cell) => cell.padStart(13)).join("")}`;
}

function unmatchedText(unmatched: readonly Unmatched[]): string[] {
  const of = (reason: Unmatched["reason"]) => count(unmatched.filter((line) => line.reason === reason).length);
  const cancellations = new Set(unmatched.map(({ invoice }) => invoice)).size;
  if (unmatched.length === 0) return ["Cancelled, and not matched to a sale: nothing"];
  return [
    `Cancelled, and not matched to a sale: ${lines(unmatched.length)} of ${count(cancellations)} cancellations` +
      ` (${of("never_sold")} never sold to the customer in this file, ${of("more_than_sold")} more than was sold)`,
    ...unmatched
      .slice(0, FIRST)
      .map((line) => `  ${line.invoice} of ${line.customer}: ${line.quantity} × ${line.sku} ${line.description}`),
    ...more(unmatched.length),
  ];
}

function balanceText({ members, sales_without_customer: sales }: ReplayReport): string[] {
  const points = members
    .map(({ customer, balances }) => ({ customer, points: balances["points"] ?? 0 }))
    .sort((a, b) => b.points - a.points);
  const totals = new Map<string, number>();
  for (const { balances } of members) {
    for (const [unit, amount] of Object.entries(balances)) totals.set(unit, (totals.get(unit) ?? 0) + amount);
  }
  return [
    "Points per member",
    ...points.slice(0, FIRST).map((member) => `  ${member.customer.padEnd(10)}${count(member.points).padStart(13)}`),
    ...more(points.length),
    `  in all, ${count(members.length)} members: ${amounts([...totals])}`,
    `  to be claimed, ${count(sales.recorded)} sales without a customer: ${amounts(Object.entries(sales.earned))}`,
  ];
}

function amounts(all: readonly (readonly [unit: string, amount: number])[]): string {
  return list(all.filter(([, amount]) => amount !== 0).map(([unit, amount]) => `${count(amount)} ${unit}`));
}

function checkText({ differences, members, sales_without_customer: sales, ok }: ReplayReport): string[] {
  const verdict =
    differences.length === 0
      ? `Check: the balances of all ${count(members.length)} members are what the file says, and so is what ${count(sales.recorded)} sales without a customer earned.`
      : `Check: ${count(differences.length)} balances are not what the file says:`;
  const refusedOnly = differences.length === 0 && !ok ? ["But not everything was carried out; see above."] : [];
  return [verdict, ...differences.map(differenceText), ...refusedOnly];
}

function differenceText({ customer, invoice, member, unit, platform, computed }: Difference): string {
  const whose = customer === null ? `invoice ${invoice} (no customer)` : `${customer} (${member ?? "no member"})`;
  return `  ${whose}: ${count(platform)} ${unit} on the platform, ${count(computed)} by the file`;
}

function more(length: number): string[] {
  return length > FIRST ? [`  and ${count(length - FIRST)} more; --json FILE lists all`] : [];
}

function count(value: number): string {
  return value.toLocaleString("en-GB");
}

function lines(value: number): string {
  return value === 1 ? "1 line" : `${count(value)} lines`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

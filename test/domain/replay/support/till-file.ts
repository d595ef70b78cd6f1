import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseTillLines, type TillLine } from "../../../../scripts/replay/till-lines.ts";

export const HEADER = "invoice,sku,description,quantity,at,unit_price,customer,country";

/** One line of a till: invoice, sku, quantity, unit price and customer; the time is the next minute of one morning. */
export type Row = readonly [invoice: string, sku: string, quantity: string | number, price: string, customer: string];

/** CSV text; every invoice that is new comes a minute after the one before it. */
export function csvOf(...rows: readonly Row[]): string {
  const invoices = [...new Set(rows.map(([invoice]) => invoice))];
  const lines = rows.map(([invoice, sku, quantity, price, customer]) => {
    const minutes = 8 * 60 + invoices.indexOf(invoice);
    const time = `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00`;
    return `${invoice},${sku},a ${sku},${quantity},2010-12-01T${time},${price},${customer},United Kingdom`;
  });
  return [HEADER, ...lines, ""].join("\n");
}

export function linesOf(...rows: readonly Row[]): TillLine[] {
  return parseTillLines(csvOf(...rows));
}

/** A folder of the test's own. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "replay-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes a file into such a folder and gives its path. */
export function temporaryFile(content: string | Uint8Array, name = "till.csv"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

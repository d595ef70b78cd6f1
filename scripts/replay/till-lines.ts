import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { CsvError, type CsvRecord, parseCsv } from "./csv.ts";
import { parseFixed, PRICE_PLACES, QUANTITY_PLACES } from "./money.ts";
import { badInput, reasonOf } from "./replay-error.ts";

/** A till line as the file has it. */
export interface TillLine {
  /** Line of the file. */
  readonly line: number;
  readonly invoice: string;
  readonly sku: string;
  readonly description: string;
  /** Thousandths; negative for what comes back. */
  readonly quantity_milli: number;
  /** Local time of the shop, "2010-12-01T08:26:00". */
  readonly at: string;
  /** Millionths of a pound. */
  readonly price_micro: bigint;
  /** Null when nobody showed a card. */
  readonly customer: string | null;
}

const COLUMNS = ["invoice", "sku", "description", "quantity", "at", "unit_price", "customer"] as const;
type Column = (typeof COLUMNS)[number];

/** Names end up in ids and keys, which have room for this much. */
const NAME_MAX = 48;

/** Reads a CSV file, packed or not. Whatever is wrong with it is said with the line it is on. */
export function readTillLines(file: string): TillLine[] {
  const text = readText(file);
  try {
    return parseTillLines(text);
  } catch (error) {
    if (error instanceof CsvError) throw badInput(`${file}, ${error.message}`);
    throw error;
  }
}

function readText(file: string): string {
  const bytes = attempt(
    () => readFileSync(file),
    (reason) => `cannot read ${file}: ${reason}`,
  );
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = packed
    ? attempt(
        () => gunzipSync(bytes),
        (reason) => `cannot unpack ${file}: ${reason}`,
      )
    : bytes;
  return attempt(
    () => new TextDecoder("utf-8", { fatal: true }).decode(plain),
    () => `${file} is not CSV: it is not text in UTF-8`,
  );
}

function attempt<Value>(action: () => Value, explain: (reason: string) => string): Value {
  try {
    return action();
  } catch (error) {
    throw badInput(explain(reasonOf(error)));
  }
}

/** Reads the text of such a file; throws a `CsvError` that names the line. */
export function parseTillLines(text: string): TillLine[] {
  const [header, ...records] = parseCsv(text);
  if (header === undefined) throw new CsvError("line 1: the file is empty");
  const places = columnPlaces(header);
  return records.map((record) => {
    if (record.fields.length !== header.fields.length) {
      const fault = `${record.fields.length} fields where the header has ${header.fields.length}`;
      throw new CsvError(`line ${record.line}: ${fault}`);
    }
    return tillLine(record, (column) => (record.fields[places[column]] ?? "").trim());
  });
}

function columnPlaces(header: CsvRecord): Record<Column, number> {
  const names = header.fields.map((name) => name.trim());
  const missing = COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new CsvError(`line 1: no column ${missing.join(", ")}; the columns must be ${COLUMNS.join(", ")}`);
  }
  const at = (name: Column) => names.indexOf(name);
  return {
    invoice: at("invoice"),
    sku: at("sku"),
    description: at("description"),
    quantity: at("quantity"),
    at: at("at"),
    unit_price: at("unit_price"),
    customer: at("customer"),
  };
}

function tillLine({ line }: CsvRecord, field: (column: Column) => string): TillLine {
  const wrong = (column: Column, wanted: string): CsvError =>
    new CsvError(`line ${line}: ${column} "${field(column).slice(0, 40)}" is not ${wanted}`);
  const name = (column: Column): string => {
    const value = field(column);
    if (!isName(value)) throw wrong(column, `a name of 1 to ${NAME_MAX} characters`);
    return value;
  };
  const quantity = parseFixed(field("quantity"), QUANTITY_PLACES);
  if (quantity === null || quantity > 999_999_999n || quantity < -999_999_999n) {
    throw wrong("quantity", `a number with at most ${QUANTITY_PLACES} decimals`);
  }
  const price_micro = parseFixed(field("unit_price"), PRICE_PLACES);
  if (price_micro === null) throw wrong("unit_price", "an amount in pounds");
  const at = field("at").replace(" ", "T");
  if (!isLocalTime(at)) throw wrong("at", "a local time such as 2010-12-01T08:26:00");
  return {
    line,
    invoice: name("invoice"),
    sku: name("sku"),
    description: withoutControls(field("description")),
    quantity_milli: Number(quantity),
    at,
    price_micro,
    customer: field("customer") === "" ? null : name("customer"),
  };
}

function isName(value: string): boolean {
  return value.length > 0 && value.length <= NAME_MAX && withoutControls(value) === value;
}

function withoutControls(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, "");
}

/** A date and time that exist, written so that they sort as text. */
function isLocalTime(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value)) return false;
  const time = new Date(`${value}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(value);
}

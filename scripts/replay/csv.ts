/** A record of a CSV file and the line of the file on which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Names the line that breaks the format. */
export class CsvError extends Error {
  override readonly name = "CsvError";
}

/** One field, quoted or plain, and what ends it. Unrolled, so that a missing quote costs one pass and not many. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;

/** Reads CSV as RFC 4180 has it: commas, quotes doubled inside quotes, line ends inside quotes. Blank lines are skipped. */
export function parseCsv(text: string): CsvRecord[] {
  const field = new RegExp(FIELD);
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let line = 1;
  let begins = 1;
  field.lastIndex = text.startsWith("\uFEFF") ? 1 : 0;
  while (field.lastIndex < text.length || fields.length > 0) {
    const [whole = "", quoted, plain = "", end = ""] = field.exec(text) ?? [];
    if (plain.startsWith('"')) throw new CsvError(`line ${line}: quotes do not match`);
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    line += lineEndsIn(whole);
    if (end === ",") continue;
    const blank = fields.length === 1 && whole === end;
    if (!blank) records.push({ line: begins, fields });
    fields = [];
    begins = line;
  }
  return records;
}

function lineEndsIn(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

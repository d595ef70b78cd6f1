import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { parseTillLines, readTillLines } from "../../../scripts/replay/till-lines.ts";
import { HEADER, temporaryFile, temporaryFolder } from "./support/till-file.ts";

const GOOD = "536365,85123A,MUG,6,2010-12-01T08:26:00,2.55,17850,United Kingdom";

test("reads a line", () => {
  expect(parseTillLines(`${HEADER}\n${GOOD}\n`)).toEqual([
    {
      line: 2,
      invoice: "536365",
      sku: "85123A",
      description: "MUG",
      quantity_milli: 6000,
      at: "2010-12-01T08:26:00",
      price_micro: 2_550_000n,
      customer: "17850",
    },
  ]);
});

test("takes columns by name, spaces around fields and a blank customer", () => {
  const text = `country,customer,unit_price,at,quantity,description,sku,invoice\nUK, ,0,2010-12-01 08:26:00,-6," A, B ", X1 ,C1\n`;
  expect(parseTillLines(text)).toMatchObject([
    { invoice: "C1", sku: "X1", description: "A, B", quantity_milli: -6000, price_micro: 0n, customer: null },
  ]);
});

test.each([
  ["the text is empty", "", "line 1: the file is empty"],
  ["columns are missing", "invoice,sku\n1,2", "line 1: no column description, quantity, at, unit_price, customer"],
  ["it is no table at all", "Dear sir,\nhello", "line 1: no column invoice, sku"],
  ["a line is short", `${HEADER}\n${GOOD}\n1,2,3\n`, "line 3: 3 fields where the header has 8"],
  ["a quantity is a word", `${HEADER}\n${GOOD.replace(",6,", ",six,")}`, 'line 2: quantity "six" is not a number'],
  ["a price is a word", `${HEADER}\n${GOOD.replace("2.55", "£2")}`, 'line 2: unit_price "£2" is not an amount'],
  ["a day does not exist", `${HEADER}\n${GOOD.replace("12-01", "02-30")}`, 'line 2: at "2010-02-30T08:26:00" is not'],
  ["an hour does not exist", `${HEADER}\n${GOOD.replace("T08", "T24")}`, 'line 2: at "2010-12-01T24:26:00" is not'],
  ["an invoice is blank", `${HEADER}\n${GOOD.replace("536365", "")}`, 'line 2: invoice "" is not a name'],
  ["a sku is endless", `${HEADER}\n${GOOD.replace("85123A", "x".repeat(49))}`, "line 2: sku"],
  ["a quote is open", `${HEADER}\n"${GOOD}`, "line 2: quotes do not match"],
])("says so when %s", (_what, text, message) => {
  expect(() => parseTillLines(text)).toThrow(message);
});

test("unpacks gzip, whatever the file is called", () => {
  expect(readTillLines(temporaryFile(gzipSync(`${HEADER}\n${GOOD}\n`), "till.csv"))).toHaveLength(1);
});

test.each([
  ["a file that is not there", () => `${temporaryFolder()}/nothing.csv`, "cannot read"],
  ["a folder", () => temporaryFolder(), "cannot read"],
  ["a broken archive", () => temporaryFile(Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2)), "cannot unpack"],
  ["a picture", () => temporaryFile(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff)), "is not CSV"],
  ["another table", () => temporaryFile("a,b\n1,2\n"), "line 1: no column invoice"],
])("refuses %s in one line, as the typist's to mend", (_what, file, message) => {
  expect(() => readTillLines(file())).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringMatching(new RegExp(`^[^\\n]*${message}[^\\n]*$`)) }),
  );
});

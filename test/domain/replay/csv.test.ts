import { expect, test } from "vitest";
import { CsvError, parseCsv } from "../../../scripts/replay/csv.ts";

const fieldsOf = (text: string) => parseCsv(text).map((record) => record.fields);

test.each([
  [
    "plain fields",
    "a,b\nc,d\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "no line end at the end",
    "a,b\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "Windows line ends",
    "a,b\r\nc,d\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["old Mac line ends", "a\rb", [["a"], ["b"]]],
  ["a byte order mark", "\uFEFFa,b", [["a", "b"]]],
  [
    "empty fields",
    ",a,\n,,",
    [
      ["", "a", ""],
      ["", "", ""],
    ],
  ],
  ["a comma inside quotes", 'a,"b, and c",d', [["a", "b, and c", "d"]]],
  ["quotes inside quotes", '"the ""best"" mug",1', [['the "best" mug', "1"]]],
  ["a quote inside a plain field", 'RULER 6",1', [['RULER 6"', "1"]]],
  ["an empty quoted field", '"",a', [["", "a"]]],
  ["a quoted field alone on its line", '"a"\n""\nb', [["a"], [""], ["b"]]],
  [
    "a line end inside quotes",
    '"a\nb",c\nd,e',
    [
      ["a\nb", "c"],
      ["d", "e"],
    ],
  ],
  ["blank lines", "a\n\n\nb\n\n", [["a"], ["b"]]],
  ["nothing", "", []],
])("reads %s", (_what, text, fields) => {
  expect(fieldsOf(text)).toEqual(fields);
});

test("knows the line each record begins on, also after line ends inside quotes", () => {
  expect(parseCsv('a\n"b\r\nb"\n\nc').map(({ line }) => line)).toEqual([1, 2, 5]);
});

test.each([
  ["a quote that is never closed", 'a,b\n"c,d\n'],
  ["text behind a closing quote", 'a,b\n"c"d,e\n'],
])("names the line of %s", (_what, text) => {
  expect(() => parseCsv(text)).toThrow(new CsvError("line 2: quotes do not match"));
});

test("a missing quote in a large file costs no more than reading it", () => {
  const text = `"${'x,""y\n'.repeat(200_000)}`;
  expect(() => parseCsv(text)).toThrow(CsvError);
});

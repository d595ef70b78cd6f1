import { describe, expect, test } from "vitest";
import { chainHash, type ChainRow, findBreak, genesisHash } from "../../../src/domain/ledger/chain.ts";
import {
  isSaleMeant,
  parkedNaturalKey,
  parseSaleNaturalKey,
  returnNaturalKey,
  returnPrefix,
  type SaleIdentity,
  saleNaturalKey,
  salePrefix,
  voidedNaturalKey,
  voidedPrefix,
} from "../../../src/domain/ledger/natural-key.ts";
import { sameReturn, sameSale } from "../../../src/domain/ledger/same-content.ts";
import { byLine, line, receipt, request, sale } from "../support/commands.ts";
import { sha256 } from "../support/hash.ts";
import { Ledger, OBJECT_NAME } from "../support/ledger.ts";
import { program } from "../support/program.ts";

/** A ledger of one opening and four sales, chained as it is stored. */
function chain(name = OBJECT_NAME): { start: { seq: number; hash: Uint8Array }; rows: ChainRow[] } {
  const ledger = new Ledger(program());
  for (const name of ["R1", "R2", "R3", "R4"]) ledger.must(sale(1250, { receipt: name }));
  const start = { seq: 0, hash: genesisHash(sha256, name) };
  let { hash } = start;
  const rows = ledger.rows.map(({ text, body }) => {
    hash = chainHash(sha256, hash, text);
    return { seq: body.seq, body: text, hash };
  });
  return { start, rows };
}

function flipBit(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
}

describe("the chain", () => {
  const { start, rows } = chain();

  test("holds from its beginning, from the middle, and of nothing", () => {
    expect(findBreak(sha256, start, rows)).toBeNull();
    expect(findBreak(sha256, rows[1] ?? start, rows.slice(2))).toBeNull();
    expect(findBreak(sha256, start, [])).toBeNull();
  });

  test("is SHA-256 over the previous hash and the body's bytes", () => {
    expect(rows[0]?.hash).toEqual(sha256(sha256(`stempel ledger 1\n${OBJECT_NAME}`), rows[0]?.body ?? ""));
  });

  test("is bound to the object's name", () => {
    const other = { seq: 0, hash: genesisHash(sha256, `${OBJECT_NAME}x`) };
    expect(findBreak(sha256, other, rows)).toEqual({ seq: 1, problem: "hash" });
  });

  test("names the booking in which any one byte was flipped", () => {
    const target = rows[2];
    if (target === undefined) throw new Error("no row");
    for (let place = 0; place < target.body.length; place += 1) {
      const changed = String.fromCharCode(target.body.charCodeAt(place) ^ 1);
      const body = `${target.body.slice(0, place)}${changed}${target.body.slice(place + 1)}`;
      const tampered = rows.map((row) => (row === target ? { ...row, body } : row));
      expect(findBreak(sha256, start, tampered)).toEqual({ seq: 3, problem: "hash" });
    }
  });

  const broken: [what: string, rows: ChainRow[], found: ReturnType<typeof findBreak>][] = [
    [
      "a flipped bit in a hash",
      rows.map((row) => (row.seq === 2 ? { ...row, hash: flipBit(row.hash) } : row)),
      { seq: 2, problem: "hash" },
    ],
    ["a hash cut short", rows.map((row) => ({ ...row, hash: row.hash.slice(0, 31) })), { seq: 1, problem: "hash" }],
    ["a missing booking", rows.filter(({ seq }) => seq !== 3), { seq: 3, problem: "gap" }],
    ["a missing beginning", rows.slice(1), { seq: 1, problem: "gap" }],
    ["a booking that stands twice", rows.flatMap((row) => [row, row]), { seq: 2, problem: "gap" }],
    [
      "a missing booking with the rest renumbered",
      rows.filter(({ seq }) => seq !== 3).map((row, index) => ({ ...row, seq: index + 1 })),
      { seq: 3, problem: "hash" },
    ],
    [
      "two bookings exchanged",
      [1, 3, 2, 4, 5].flatMap((at, index) =>
        rows.filter(({ seq }) => seq === at).map((row) => ({ ...row, seq: index + 1 })),
      ),
      { seq: 2, problem: "hash" },
    ],
  ];
  test.each(broken)("breaks at %s", (_what, changed, found) => {
    expect(findBreak(sha256, start, changed)).toEqual(found);
  });
});

describe("natural keys", () => {
  const plain: SaleIdentity = { receipt: "R1", business_date: "2026-06-16", till: "til_1", register: null };
  const identities: [what: string, sale: SaleIdentity][] = [
    ["plain", plain],
    ["with a register", { ...plain, register: "2" }],
    ["with separators in the receipt", { ...plain, receipt: "A|B%7C|" }],
    ["with separators in the register", { ...plain, register: "|2026-06-16|" }],
    ["with spaces, accents and a cup", { ...plain, receipt: "bon №1 é ☕ 🧁" }],
  ];
  test.each(identities)("a sale's comes back: %s", (_what, identity) => {
    const key = saleNaturalKey(identity);
    expect(key.startsWith(salePrefix(identity.receipt))).toBe(true);
    expect(parseSaleNaturalKey(key)).toEqual(identity);
    const given = voidedNaturalKey(key, 7);
    expect(given.startsWith(voidedPrefix(identity.receipt))).toBe(true);
    expect(parseSaleNaturalKey(given)).toEqual(identity);
  });

  test("text that is not well-formed Unicode still makes a key", () => {
    const broken = { ...plain, receipt: "bon \ud83e" };
    expect(parseSaleNaturalKey(saleNaturalKey(broken))).toEqual({ ...plain, receipt: "bon \ufffd" });
    expect(parkedNaturalKey(receipt("\udc00"), "\udc00")).toBe("parked|%EF%BF%BD|||%EF%BF%BD");
  });

  test("parts never run into each other", () => {
    const keys = [
      saleNaturalKey({ ...plain, till: "a", register: "b" }),
      saleNaturalKey({ ...plain, till: "a|b", register: null }),
      saleNaturalKey({ ...plain, receipt: "R1|2026-06-16", till: "a", register: "b" }),
      returnNaturalKey({ origin: null, seq: 1 }, "2|3"),
      returnNaturalKey({ origin: null, seq: 12 }, "3"),
      parkedNaturalKey(receipt("R1|", { register: "x" }), "T1"),
      parkedNaturalKey(receipt("R1", { register: "|x" }), "T1"),
      parkedNaturalKey(receipt("R1", { business_date: "2026-06-16" }), "T1"),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(returnNaturalKey({ origin: null, seq: 12 }, "3").startsWith(returnPrefix({ origin: null, seq: 1 }))).toBe(
      false,
    );
  });

  test.each(["", "return|1|T1", "sale|R1", "sale|R1|2026-06-16|till|reg|more", "void|R1|2026-06-16|till|"])(
    "%j is not a sale's",
    (key) => {
      expect(parseSaleNaturalKey(key)).toBeNull();
    },
  );

  const wanted: [what: string, wanted: Parameters<typeof receipt>[1], meant: boolean][] = [
    ["the receipt alone", {}, true],
    ["its day", { business_date: "2026-06-16" }, true],
    ["another day", { business_date: "2026-06-17" }, false],
    ["its till among others", { tills: ["til_0", "til_1"] }, true],
    ["other tills", { tills: ["til_0"] }, false],
    ["no till", { tills: [] }, false],
    ["a register", { register: "1" }, false],
  ];
  test.each(wanted)("a return that names %s: %s", (_what, changes, meant) => {
    expect(isSaleMeant(plain, receipt("R1", changes))).toBe(meant);
    expect(isSaleMeant(plain, receipt("R2", changes))).toBe(false);
  });
});

describe("the same sale under another key", () => {
  const lines = [line("a", 500, { sku: "a", name: "Latte" })];
  const ledger = new Ledger(program());
  const booked = ledger.must(sale(lines, { total: 700 }));
  const again = (changes: object) => sale(lines, { total: 700, ...changes });
  const table: [what: string, command: ReturnType<typeof sale>, same: boolean][] = [
    ["sent again as it was", again({}), true],
    ["with another clock", again({ occurred_at_ms: 1 }), true],
    ["with another tender", again({ tender: [{ kind: "cash", amount: 700 }] }), true],
    ["with another name on a line", again({ lines: [line("a", 500, { sku: "a", name: "Latte XL" })] }), true],
    ["with another total", again({ total: 701 }), false],
    ["with another currency", again({ currency: "USD" }), false],
    ["with another amount on a line", again({ lines: [line("a", 600, { sku: "a" })] }), false],
    ["with another quantity", again({ lines: [line("a", 500, { sku: "a", quantity_milli: 2000 })] }), false],
    ["without its lines", again({ lines: [] }), false],
  ];
  test.each(table)("%s: %s", (_what, command, same) => {
    expect(booked.type === "sale" && sameSale(command, booked.sale)).toBe(same);
  });

  test("a return is the same when it asks for the same", () => {
    const asked = request([byLine("a", 1)]);
    expect(sameReturn(request([byLine("a", 1)], "other id"), asked)).toBe(true);
    expect(sameReturn(request([byLine("a", 2)]), asked)).toBe(false);
    expect(sameReturn(request([byLine("b", 1)]), asked)).toBe(false);
    expect(sameReturn(request("all"), asked)).toBe(false);
    expect(sameReturn(request(500), request("all"))).toBe(false);
  });
});

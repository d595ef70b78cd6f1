import { describe, expect, test } from "vitest";
import { sale, units } from "../support/commands.ts";
import { Ledger } from "../support/ledger.ts";
import { itemRule, program, stampCard } from "../support/program.ts";

const coffee = stampCard("coffee", itemRule({ id: "ear_coffee" }), 10);
const bread = stampCard("bread", itemRule({ id: "ear_bread", skus: ["bread"] }), 5);
const rules = program({ stamp_cards: [coffee.card, bread.card], rewards: [coffee.full, bread.full] });
const paper = (stamps: number, stamp_card = "stc_coffee") =>
  ({ type: "paper_card", stamp_card, stamps, card_no: null }) as const;

describe("a half-full paper card", () => {
  test.each([1, 9])("with %i stamps is an opening balance, and the next sale goes on from there", (stamps) => {
    const ledger = new Ledger(rules);
    const body = ledger.must(paper(stamps));
    expect(body).toMatchObject({ type: "opening", paper_card: "stc_coffee", entries: [{ why: { code: "opening" } }] });
    ledger.must(sale([units("latte", 1, 300)]));
    expect(ledger.balances()["stamps:stc_coffee"]).toBe(stamps + 1);
    expect(ledger.refolded()).toEqual(ledger.state);
  });

  test.each([
    ["full", rules, paper(10), "paper_card_full"],
    ["of a card there is not", rules, paper(3, "stc_tea"), "unit_unknown"],
    ["where the owner takes none", program({ limits: { paper_cards: false } }), paper(3), "paper_cards_off"],
  ])("%s is refused", (_what, compiled, command, code) => {
    expect(new Ledger(compiled).refuses(command).code).toBe(code);
  });

  test("is taken once per stamp card, also by two members who become one", () => {
    const [ledger, other] = [new Ledger(rules), new Ledger(rules)];
    ledger.must(paper(6));
    expect(ledger.refuses(paper(1)).code).toBe("paper_card_taken");
    ledger.must(paper(4, "stc_bread"));
    ledger.step({ type: "hand_over", to: "m000000000000002", reason: "merge" });
    const given = ledger.bodies.at(-1);
    if (given?.type !== "handed_over") throw new Error("nothing was handed over");
    other.step({ type: "absorb", from: "m1", reason: "merge", estate: given.estate });
    expect(other.refuses(paper(1)).code).toBe("paper_card_taken");
  });
});

import { describe, expect, test } from "vitest";
import { latestConsents, mergeProfiles } from "../../../src/domain/tenancy/merge-profile.ts";
import type { Consent, MemberProfile } from "../../../src/domain/tenancy/member-profile.ts";

const NOBODY: MemberProfile = {
  name: null,
  email: null,
  phone: null,
  birthday: null,
  locale: null,
  external_id: null,
  consents: [],
  metadata: {},
};

const consent = (granted: boolean): Consent => ({
  purpose: "marketing_email",
  granted,
  text: "v1",
  at_ms: 1,
  source: "till",
});

describe("the profiles of one person become one", () => {
  test.each([
    ["both agreed", [true], [true], true],
    ["the one who stays refused", [false], [true], false],
    ["the one who goes refused", [true], [false], false],
    ["both refused", [false], [false], false],
    ["only the one who goes was asked, and agreed", [], [true], true],
    ["only the one who stays was asked, and agreed", [true], [], true],
    ["one refused first and agreed later, the other agreed", [true], [false, true], true],
    ["nobody was asked", [], [], undefined],
  ])("%s", (_when, into, from, expected) => {
    const merged = mergeProfiles(
      { ...NOBODY, consents: into.map(consent) },
      { ...NOBODY, consents: from.map(consent) },
      9,
    );
    expect(latestConsents(merged.consents).get("marketing_email")?.granted).toBe(expected);
    // Every decision is kept as proof.
    expect(merged.consents.length).toBeGreaterThanOrEqual(into.length + from.length);
  });

  test("what the staying one says stands, and gaps are filled", () => {
    const into = { ...NOBODY, name: "Anna", metadata: { a: "1" } };
    const from = { ...NOBODY, name: "A. de Vries", birthday: "02-29", metadata: { a: "2", b: "3" } };
    expect(mergeProfiles(into, from, 9)).toMatchObject({
      name: "Anna",
      birthday: "02-29",
      metadata: { a: "1", b: "3" },
    });
  });

  test("never has more pairs of metadata than a member may have", () => {
    const pairs = (letter: string) => Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`${letter}${i}`, "x"]));
    const merged = mergeProfiles({ ...NOBODY, metadata: pairs("a") }, { ...NOBODY, metadata: pairs("b") }, 9);
    expect(Object.keys(merged.metadata)).toHaveLength(20);
  });
});

import PostalMime from "postal-mime";
import { describe, expect, test } from "vitest";
import { encodeHeaderText, encodeMailbox } from "../../../src/workers/mail/senders/mail-headers.ts";

const NAMES = [
  "Stempel",
  `Bar "De Hoek" \\ Co`,
  `x" <evil@example.net>, "y`,
  "Café ’t Hoekje",
  "🍕".repeat(40),
  "=?UTF-8?Q?nested?=",
  "a, b; c: (d) <e>",
  "x".repeat(200),
];

test.each(NAMES)("%j comes out as it went in", async (name) => {
  const raw = [
    `From: ${encodeMailbox(name, "post@stempel.example")}`,
    `Subject: ${encodeHeaderText(name)}`,
    "",
    "text",
  ].join("\r\n");
  const { from, subject, headers } = await PostalMime.parse(raw);
  expect(from).toEqual({ name, address: "post@stempel.example" });
  expect(subject).toBe(name);
  expect(headers.map(({ key }) => key)).toEqual(["from", "subject"]);
});

describe("encoded words", () => {
  const lines = encodeHeaderText("Je kaart van Brasserie L’Étoile à la crème brûlée 🍮 et cetera").split("\r\n");

  test("stay within the length of one", () => {
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.trim().length).toBeLessThanOrEqual(75);
  });

  test("begin every further line with a space", () => {
    expect(lines.slice(1).every((line) => line.startsWith(" =?UTF-8?B?"))).toBe(true);
  });
});

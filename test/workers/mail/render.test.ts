import { describe, expect, test } from "vitest";
import type { Mail, MailContent } from "../../../src/workers/mail/mail.ts";
import { mailSchema } from "../../../src/workers/mail/mail-schema.ts";
import { inkOn } from "../../../src/domain/color.ts";
import { renderMail } from "../../../src/workers/mail/render-mail.ts";

const contents = {
  code: { template: "code", data: { code: "482913", expires_minutes: 10 } },
  card_link: {
    template: "card_link",
    data: { merchant: "Koffie & Zo", color: "#7b2d26", card_url: "https://stempel.example/c/1.c1.abc" },
  },
  invitation: {
    template: "invitation",
    data: {
      merchant: "Koffie & Zo",
      inviter: "Sanne",
      role: "manager",
      accept_url: "https://stempel.example/invitations/inv_1",
    },
  },
} as const satisfies Record<string, MailContent>;

function mail(content: MailContent, locale: "nl" | "en" = "nl"): Mail {
  return { to: "anna@example.com", locale, key: "test:1", ...content };
}

function cardLink(merchant: string, color: string | null = null): Mail {
  return mail({ template: "card_link", data: { ...contents.card_link.data, merchant, color } });
}

test.each([
  ["nl", "code", "482913 is je code voor Stempel", "Stempel"],
  ["en", "code", "482913 is your code for Stempel", "Stempel"],
  ["nl", "card_link", "Je kaart van Koffie & Zo", "Koffie & Zo via Stempel"],
  ["en", "card_link", "Your card from Koffie & Zo", "Koffie & Zo via Stempel"],
  ["nl", "invitation", "Uitnodiging van Koffie & Zo", "Stempel"],
  ["en", "invitation", "Invitation from Koffie & Zo", "Stempel"],
] as const)("%s %s has its subject and sender", async (locale, template, subject, from_name) => {
  const rendered = await renderMail(mail(contents[template], locale));
  expect(rendered).toMatchObject({ subject, from_name, locale, template, key: "test:1" });
  expect(rendered.html).toContain(`<html lang="${locale}">`);
});

test("the text says all that is needed", async () => {
  const { text } = await renderMail(mail(contents.invitation, "en"));
  expect(text).toBe(
    [
      "Work with Koffie & Zo",
      "Sanne invites you to work with the loyalty card of Koffie & Zo, as a manager.",
      "See the invitation:\nhttps://stempel.example/invitations/inv_1",
      "You do not know Koffie & Zo? Then there is nothing you need to do: without you, nothing happens.",
      "--\nStempel\n",
    ].join("\n\n"),
  );
});

test("the code stands alone on its line", async () => {
  const { text, html } = await renderMail(mail(contents.code));
  expect(text).toMatch(/^482913$/m);
  expect(html).toContain("482913</p>");
});

describe("what merchants are called", () => {
  test.each([
    ["markup", `<b>Bar</b> & "Co"`, "&lt;b&gt;Bar&lt;/b&gt; &amp; &quot;Co&quot;"],
    ["an attribute", `x" onload="y`, "x&quot; onload=&quot;y"],
    ["an emoji", "Café 🍕 ’t Hoekje", "Café 🍕 ’t Hoekje"],
  ])("%s is text", async (_what, name, escaped) => {
    const { subject, html, text } = await renderMail(cardLink(name));
    expect(subject).toBe(`Je kaart van ${name}`);
    expect(text).toContain(name);
    expect(html).toContain(`Je kaart van ${escaped}</h1>`);
  });

  test("no name turns the direction of a header", async () => {
    const { subject, from_name } = await renderMail(cardLink("Bar\u202Enab"));
    expect([subject, from_name]).toEqual(["Je kaart van Barnab", "Barnab via Stempel"]);
  });
});

test.each(Object.entries(contents))("%s loads nothing and runs nothing", async (_name, content) => {
  const { html } = await renderMail(mail(content));
  expect(html).not.toMatch(/<(img|script|link|iframe|object|form)\b|\bsrc=|url\(|@import|@font-face/i);
});

test("the button has the merchant's colour, with a label that can be read on it", async () => {
  const dark = await renderMail(cardLink("Bar", "#7b2d26"));
  const light = await renderMail(cardLink("Bar", "#ffe08a"));
  expect(dark.html).toMatch(/bgcolor="#7b2d26"[^]*color:#ffffff">/);
  expect(light.html).toMatch(/bgcolor="#ffe08a"[^]*color:#000000">/);
});

test("a colour that is none is not put in", async () => {
  const { html } = await renderMail(cardLink("Bar", `red;background:url(x)`));
  expect(html).toContain(`bgcolor="#0b6a5c"`);
  expect(html).not.toContain("background:url");
});

test.each([
  ["#000000", "#ffffff"],
  ["#ffffff", "#000000"],
  ["#0b6a5c", "#ffffff"],
  ["#ff0000", "#000000"],
] as const)("on %s %s is read best", (color, best) => {
  expect(inkOn(color)).toBe(best);
});

describe("refused before it is rendered", () => {
  const parse = (changed: unknown) => mailSchema.safeParse(changed).success;

  test("all of these are fine", () => {
    expect(Object.values(contents).map((content) => parse(mail(content)))).toEqual([true, true, true]);
  });

  test.each(["\r\n", "\n", "\r", "\0", "\u0085", "\u2028", "\u2029", "\ud800"])("%j in a name", (bad) => {
    expect(parse(cardLink(`Bar${bad}X-Injected: 1`))).toBe(false);
    expect(parse(mail({ ...contents.invitation, data: { ...contents.invitation.data, inviter: `a${bad}b` } }))).toBe(
      false,
    );
  });

  test.each([
    "a@example.com\r\nBcc: x@example.com",
    "a@example.com>",
    "a b@example.com",
    "a@localhost",
    "añ@example.com",
    `${"a".repeat(250)}@example.com`,
    "",
  ])("the address %j", (to) => {
    expect(parse({ ...mail(contents.code), to })).toBe(false);
  });

  test.each(["javascript:alert(1)", "data:text/html,x", "no link", "https://a.nl/\r\n.", "https://a.nl/a b"])(
    "the link %j",
    (card_url) => {
      expect(parse(mail({ ...contents.card_link, data: { ...contents.card_link.data, card_url } }))).toBe(false);
    },
  );

  test("a field too many", () => {
    expect(parse({ ...mail(contents.code), bcc: "x@example.com" })).toBe(false);
  });
});

import type { Locale } from "../../../domain/tenancy/config.ts";
import type { DataOf } from "../mail-data.ts";
import type { Letter } from "./letter.ts";

/** A code that proves that an address is read by whoever typed it. */
export function codeLetter(locale: Locale, data: DataOf<"code">): Letter {
  return { ...TEXTS[locale](data), from_name: "Stempel", code: data.code, button: null, color: null };
}

const TEXTS = {
  nl: ({ code, expires_minutes }: DataOf<"code">) => ({
    subject: `${code} is je code voor Stempel`,
    preview: `De code werkt ${expires_minutes} minuten.`,
    heading: "Je code",
    paragraphs: ["Vul deze code in op de pagina waar je om de code hebt gevraagd."],
    notes: [
      `De code werkt ${expires_minutes} minuten, en één keer. Geef hem aan niemand: wij vragen er nooit om.`,
      "Heb je geen code aangevraagd? Dan hoef je niets te doen.",
    ],
  }),
  en: ({ code, expires_minutes }: DataOf<"code">) => ({
    subject: `${code} is your code for Stempel`,
    preview: `The code works for ${expires_minutes} minutes.`,
    heading: "Your code",
    paragraphs: ["Enter this code on the page where you asked for it."],
    notes: [
      `The code works for ${expires_minutes} minutes, and once. Give it to nobody: we never ask for it.`,
      "You asked for no code? Then there is nothing you need to do.",
    ],
  }),
};

import type { Locale } from "../../../domain/tenancy/config.ts";
import type { DataOf } from "../mail-data.ts";
import type { Letter } from "./letter.ts";

/** The way to a member's card. */
export function cardLinkLetter(locale: Locale, data: DataOf<"card_link">): Letter {
  const { label, ...texts } = TEXTS[locale](data);
  return {
    ...texts,
    from_name: `${data.merchant} via Stempel`,
    code: null,
    button: { label, url: data.card_url },
    color: data.color,
  };
}

const TEXTS = {
  nl: ({ merchant }: DataOf<"card_link">) => ({
    subject: `Je kaart van ${merchant}`,
    preview: "Open je klantenkaart op je telefoon.",
    heading: `Je kaart van ${merchant}`,
    paragraphs: ["Dit is de link naar je klantenkaart. Laat de kaart aan de kassa zien als je afrekent."],
    label: "Open je kaart",
    notes: [
      "Bewaar deze mail, dan heb je je kaart altijd bij de hand. Wie de link heeft, kan je kaart openen: stuur hem niet door.",
      `Heb je niet om deze kaart gevraagd? Dan hoef je niets te doen.`,
    ],
  }),
  en: ({ merchant }: DataOf<"card_link">) => ({
    subject: `Your card from ${merchant}`,
    preview: "Open your loyalty card on your phone.",
    heading: `Your card from ${merchant}`,
    paragraphs: ["This is the link to your loyalty card. Show the card at the till when you pay."],
    label: "Open your card",
    notes: [
      "Keep this mail, and your card is always at hand. Whoever has the link can open your card: do not pass it on.",
      "You did not ask for this card? Then there is nothing you need to do.",
    ],
  }),
};

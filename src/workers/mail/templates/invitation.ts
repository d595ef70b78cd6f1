import type { Locale } from "../../../domain/tenancy/config.ts";
import type { DataOf } from "../mail-data.ts";
import type { Letter } from "./letter.ts";

/** Asks somebody to work with a merchant's dashboard. */
export function invitationLetter(locale: Locale, data: DataOf<"invitation">): Letter {
  const { label, ...texts } = TEXTS[locale](data);
  return { ...texts, from_name: "Stempel", code: null, button: { label, url: data.accept_url }, color: null };
}

const ROLES = {
  nl: { owner: "eigenaar", manager: "manager", cashier: "kassamedewerker" },
  en: { owner: "an owner", manager: "a manager", cashier: "a cashier" },
};

const TEXTS = {
  nl: ({ merchant, inviter, role }: DataOf<"invitation">) => ({
    subject: `Uitnodiging van ${merchant}`,
    preview: `${inviter} nodigt je uit als ${ROLES.nl[role]}.`,
    heading: `Werk mee bij ${merchant}`,
    paragraphs: [
      `${inviter} nodigt je uit om als ${ROLES.nl[role]} mee te werken met de klantenkaart van ${merchant}.`,
    ],
    label: "Bekijk de uitnodiging",
    notes: [`Ken je ${merchant} niet? Dan hoef je niets te doen: zonder jou gebeurt er niets.`],
  }),
  en: ({ merchant, inviter, role }: DataOf<"invitation">) => ({
    subject: `Invitation from ${merchant}`,
    preview: `${inviter} invites you as ${ROLES.en[role]}.`,
    heading: `Work with ${merchant}`,
    paragraphs: [`${inviter} invites you to work with the loyalty card of ${merchant}, as ${ROLES.en[role]}.`],
    label: "See the invitation",
    notes: [`You do not know ${merchant}? Then there is nothing you need to do: without you, nothing happens.`],
  }),
};

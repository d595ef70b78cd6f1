import type { Locale } from "../../../domain/tenancy/config.ts";
import type { DataOf } from "../mail-data.ts";
import type { Letter } from "./letter.ts";

/** Tells an owner about the subscription: something failed, is needed, or nears a limit. */
export function billingLetter(locale: Locale, data: DataOf<"billing">): Letter {
  const { merchant, notice, headline, billing_url } = data;
  const texts = TEXTS[locale];
  const { subject, text } = texts.notices[notice];
  return {
    subject: `${subject} · ${merchant}`,
    from_name: "Stempel",
    preview: text,
    heading: subject,
    paragraphs: [text, headline],
    code: null,
    button: { label: texts.label, url: billing_url },
    notes: [texts.note],
    color: null,
  };
}

type Notices = Readonly<Record<DataOf<"billing">["notice"], { readonly subject: string; readonly text: string }>>;

const nl: Notices = {
  usage_80: {
    subject: "Je zit op 80% van je klanten deze maand",
    text: "Vier van de vijf actieve klanten in je abonnement zijn al geweest. Er verandert niets; je kunt ruimte bijkopen.",
  },
  usage_100: {
    subject: "Je hebt deze maand al je actieve klanten gebruikt",
    text: "Alles werkt door. Blijft het zo, dan kunnen er na 14 dagen geen nieuwe klanten bij; bestaande sparen altijd door.",
  },
  failed: {
    subject: "Een betaling is niet gelukt",
    text: "De bank heeft de betaling van je abonnement geweigerd. Betaal de open factuur of kies een andere betaalwijze.",
  },
  action_required: {
    subject: "Bevestig je betaling",
    text: "Je bank vraagt je om de betaling van je abonnement te bevestigen. Open de factuur en bevestig.",
  },
  disputed: {
    subject: "Een betaling is teruggehaald",
    text: "Een betaling van je abonnement is via de bank teruggehaald. Betaal het bedrag opnieuw om door te gaan.",
  },
  ended: {
    subject: "Je abonnement is geëindigd",
    text: "Je gaat verder met Start. Wat je klanten spaarden en kunnen inwisselen is gebleven.",
  },
};

const en: Notices = {
  usage_80: {
    subject: "80% of this month's members",
    text: "Four in five of the active members in your plan have been in. Nothing changes; you can add room.",
  },
  usage_100: {
    subject: "All of this month's active members are used",
    text: "Everything goes on. If it stays like this, nobody new can join after 14 days; members who have a card always go on.",
  },
  failed: {
    subject: "A payment has failed",
    text: "The bank has refused the payment of your subscription. Pay the open invoice or choose another payment method.",
  },
  action_required: {
    subject: "Confirm your payment",
    text: "Your bank asks you to confirm the payment of your subscription. Open the invoice and confirm.",
  },
  disputed: {
    subject: "A payment was taken back",
    text: "A payment of your subscription was taken back through the bank. Pay the amount again to go on.",
  },
  ended: {
    subject: "Your subscription has ended",
    text: "You go on with Start. What your members earned and can redeem has stayed.",
  },
};

const TEXTS = {
  nl: {
    notices: nl,
    label: "Bekijk je abonnement",
    note: "De kassa gaat altijd door, wat er ook met een betaling gebeurt.",
  },
  en: { notices: en, label: "See your subscription", note: "The till always goes on, whatever happens to a payment." },
};

import type { Locale } from "../tenancy/config.ts";
import type { Phase } from "./phase.ts";
import type { DemandState } from "./state.ts";

interface Facts {
  readonly plan: string;
  /** The date that the phase is about. */
  readonly until: string;
}
type Sentence = (facts: Facts) => string;

/** Every sentence about billing in one language. */
export interface BillingTexts {
  readonly headline: Readonly<Record<Phase, Sentence>>;
  readonly detail: Readonly<Record<Phase, Sentence>>;
  /** What is wrong with a demand. */
  readonly demand: Readonly<Record<Exclude<DemandState, "processing">, Sentence>>;
  /** How a subscription came to its end. */
  readonly ended: Readonly<Record<"canceled" | "incomplete_expired", Sentence>>;
  readonly next: {
    readonly trial_ends: string;
    readonly first_charge: string;
    readonly renews: string;
    readonly ends: string;
    readonly changes: (plan: string) => string;
    readonly redeem_only: string;
    readonly read_only: string;
    readonly no_new_members: string;
    readonly locations_freeze: string;
  };
}

const nl: BillingTexts = {
  headline: {
    start: () => "Je gebruikt Start, gratis.",
    trial: ({ plan, until }) => `Je probeert ${plan} tot ${until}.`,
    incomplete: () => "Je eerste betaling is nog niet klaar.",
    trialing: ({ plan, until }) => `Je hebt ${plan}. De eerste betaling is op ${until}.`,
    active: ({ plan, until }) => `Je hebt ${plan}, betaald tot ${until}.`,
    processing: ({ plan }) => `Je hebt ${plan}. Je betaling is onderweg.`,
    ending: ({ plan, until }) => `Je hebt ${plan} tot ${until}; daarna stopt het abonnement.`,
    past_due: ({ until }) => `Een betaling is niet gelukt. Tot ${until} werkt alles door.`,
    redeem_only: ({ until }) => `Een betaling staat open. Tot ${until} kunnen klanten alleen inwisselen.`,
    read_only: () => "Een betaling staat open. Je kunt alles lezen en exporteren.",
    paused: () => "Je abonnement staat stil. Je gebruikt nu Start.",
  },
  detail: {
    start: () => "Eén spaarschema, één vestiging en 100 actieve klanten per maand. Betaal pas als je meer nodig hebt.",
    trial: () =>
      "Zonder betaalgegevens. Kies je niets, dan ga je daarna verder met Start; wat klanten spaarden blijft.",
    incomplete: () => "Rond de betaling af om je abonnement te laten beginnen. Tot dan gebruik je Start.",
    trialing: () => "De proefperiode loopt af zoals beloofd; tot dan betaal je niets.",
    active: () => "Alles is betaald.",
    processing: () => "Een incasso kan tot 14 werkdagen duren. Je hoeft niets te doen, alles werkt.",
    ending: () => "Daarna ga je verder met Start. Je kunt het opzeggen tot die dag ongedaan maken.",
    past_due: () => "Betaal de open factuur of kies een andere betaalwijze.",
    redeem_only: () => "De kassa gaat door: verkopen tellen, maar sparen staat stil tot er betaald is.",
    read_only: () => "De kassa gaat door. Sparen en inwisselen beginnen weer zodra er betaald is.",
    paused: () => "Er wordt niets afgeschreven. Voeg een betaalwijze toe om weer te beginnen.",
  },
  demand: {
    failed: () => "De bank heeft de betaling geweigerd. Betaal de open factuur of kies een andere betaalwijze.",
    action_required: () => "Je bank vraagt je om de betaling te bevestigen. Open de factuur en bevestig.",
    disputed: () =>
      "Een betaling is via de bank teruggehaald. Betaal het bedrag opnieuw; je kaartprogramma loopt zo lang door als hierboven staat.",
  },
  ended: {
    canceled: () => "Je abonnement is geëindigd. Wat klanten spaarden en kunnen inwisselen is gebleven.",
    incomplete_expired: () =>
      "De eerste betaling is nooit afgerond en vervallen. Er is niets betaald; je kunt opnieuw beginnen.",
  },
  next: {
    trial_ends:
      "De proefperiode eindigt en je gaat verder met Start. Extra spaarschema's lopen door, maar je kunt ze niet wijzigen.",
    first_charge: "De eerste betaling wordt gedaan.",
    renews: "Het abonnement wordt verlengd en betaald.",
    ends: "Het abonnement eindigt en je gaat verder met Start.",
    changes: (plan) => `Je abonnement wordt ${plan}.`,
    redeem_only: "Klanten kunnen alleen nog inwisselen; de kassa gaat door.",
    read_only: "Inwisselen stopt ook. Lezen en exporteren blijft, en de kassa gaat door.",
    no_new_members: "Nieuwe klanten kunnen geen kaart meer nemen; wie er een heeft, spaart door.",
    locations_freeze:
      "De nieuwste vestigingen boven je abonnement worden bevroren: klanten kunnen er inwisselen, niet sparen.",
  },
};

const en: BillingTexts = {
  headline: {
    start: () => "You are on Start, free of charge.",
    trial: ({ plan, until }) => `You are trying ${plan} until ${until}.`,
    incomplete: () => "Your first payment is not finished yet.",
    trialing: ({ plan, until }) => `You have ${plan}. The first payment is on ${until}.`,
    active: ({ plan, until }) => `You have ${plan}, paid until ${until}.`,
    processing: ({ plan }) => `You have ${plan}. Your payment is on its way.`,
    ending: ({ plan, until }) => `You have ${plan} until ${until}; then the subscription ends.`,
    past_due: ({ until }) => `A payment has failed. Everything goes on until ${until}.`,
    redeem_only: ({ until }) => `A payment is open. Until ${until} customers can only redeem.`,
    read_only: () => "A payment is open. You can read and export everything.",
    paused: () => "Your subscription is paused. You are on Start for now.",
  },
  detail: {
    start: () => "One scheme, one location and 100 active members a month. Pay when you need more.",
    trial: () => "No payment details needed. If you choose nothing you go on with Start; what members earned stays.",
    incomplete: () => "Finish the payment to begin your subscription. Until then you are on Start.",
    trialing: () => "The trial runs as promised; until then you pay nothing.",
    active: () => "Everything is paid.",
    processing: () =>
      "A direct debit can take up to 14 working days. There is nothing you need to do; everything works.",
    ending: () => "After that you go on with Start. Until that day you can take the cancellation back.",
    past_due: () => "Pay the open invoice or choose another payment method.",
    redeem_only: () => "The till goes on: sales are recorded, but nothing is earned until the invoice is paid.",
    read_only: () => "The till goes on. Earning and redeeming begin again as soon as the invoice is paid.",
    paused: () => "Nothing is charged. Add a payment method to begin again.",
  },
  demand: {
    failed: () => "The bank has refused the payment. Pay the open invoice or choose another payment method.",
    action_required: () => "Your bank asks you to confirm the payment. Open the invoice and confirm.",
    disputed: () =>
      "A payment was taken back through the bank. Pay the amount again; your programme runs on for as long as it says above.",
  },
  ended: {
    canceled: () => "Your subscription has ended. What members earned and can redeem has stayed.",
    incomplete_expired: () =>
      "The first payment was never finished and has lapsed. Nothing was paid; you can begin again.",
  },
  next: {
    trial_ends: "The trial ends and you go on with Start. Extra schemes run on, but you cannot edit them.",
    first_charge: "The first payment is made.",
    renews: "The subscription is renewed and paid.",
    ends: "The subscription ends and you go on with Start.",
    changes: (plan) => `Your subscription becomes ${plan}.`,
    redeem_only: "Customers can only redeem; the till goes on.",
    read_only: "Redeeming stops too. Reading and exporting stay, and the till goes on.",
    no_new_members: "New customers can take no card any more; whoever has one goes on.",
    locations_freeze: "The newest locations beyond your plan are frozen: customers redeem there and earn nothing.",
  },
};

export const BILLING_TEXTS: Readonly<Record<Locale, BillingTexts>> = { nl, en };

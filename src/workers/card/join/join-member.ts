import { ACCOUNT_RANDOM_BYTES, createAccountId } from "../../../domain/tenancy/account-id.ts";
import { createCardToken } from "../../../domain/tenancy/card-token.ts";
import type { Locale } from "../../../domain/tenancy/config.ts";
import { macText } from "../../../domain/tenancy/mac.ts";
import type { MemberProfile } from "../../../domain/tenancy/member-profile.ts";
import type { MemberWritten } from "../../../durable/merchant-registry/protocol.ts";
import type { MailPort } from "../../mail/mail.ts";
import { follow } from "../follow.ts";
import type { MemberDesk } from "../member-desk.ts";
import { TroubleError } from "../trouble.ts";
import { giveSignUp } from "./give-sign-up.ts";
import { ANONYMOUS, type JoinInput } from "./join-form.ts";

/** The digital card every account is born with. */
const DIGITAL_CARD_NO = 1;
const HOUR_MS = 3_600_000;

/** Who joins, and how to reach them. */
export interface Joining {
  readonly desk: MemberDesk;
  readonly mail: MailPort;
  readonly locale: Locale;
  /** Names the form: sending it twice makes one member. */
  readonly once: string;
  /** Scheme and host of the links in mails. */
  readonly origin: string;
}

/** An anonymous card, at once. */
export async function joinAnonymously(joining: AnonymousJoining): Promise<string> {
  return newCard(joining, ANONYMOUS);
}

/** What an anonymous card needs: no mail goes out for it. */
export type AnonymousJoining = Pick<Joining, "desk" | "locale" | "once">;

/**
 * Joins with a phone number. The answer is a new card whether the number is known or not: a known one stays with the card
 * it belongs to, and the new card has none. Nobody learns which of the two it was.
 */
export async function joinByPhone(joining: Joining, input: JoinInput): Promise<string> {
  return newCard(joining, input);
}

/**
 * Joins with an e-mail address: the link to the card goes there, to a new card or to the one that the address has. Who
 * fills in the form learns nothing; who can read the mail owns the card.
 *
 * @throws when the mail cannot be queued; sending the form again goes on where it stopped
 */
export async function joinByMail(joining: Joining, input: JoinInput & { readonly email: string }): Promise<void> {
  const { desk, mail, locale, origin } = joining;
  const made = await register(joining, input);
  const known = made === null ? await accountOf(desk, input.email) : null;
  const account = made ?? known;
  if (account === null) throw new TroubleError("unavailable", { retryAfterSeconds: 1 });
  if (made !== null) await openAccount(desk, made);
  const token = await currentCard(desk, account);
  // A member who only has plastic is helped at the till; no link can be sent, and the page says the same as ever.
  if (token === null) return;
  await mail.send({
    to: input.email,
    locale,
    // Whoever fills in somebody's address again and again fills no inbox: one mail an hour.
    key: `card_link:${account}:${Math.floor(Date.now() / HOUR_MS)}`,
    template: "card_link",
    data: { merchant: desk.merchant.name, color: desk.merchant.color, card_url: `${origin}/c/${token}` },
  });
}

async function newCard(joining: AnonymousJoining, input: JoinInput): Promise<string> {
  const account = await register(joining, input);
  if (account === null) throw new TroubleError("unavailable", { retryAfterSeconds: 1 });
  await openAccount(joining.desk, account);
  return tokenOf(joining.desk, account, DIGITAL_CARD_NO);
}

/**
 * Writes the person down and answers the account; null when the e-mail address belongs to somebody else. A phone number
 * that does is left out, with what was agreed to for it: it was not theirs to give.
 */
async function register(joining: AnonymousJoining, input: JoinInput): Promise<string | null> {
  const written = await createMember(joining, input, "");
  if (written.ok) return written.value.member.account;
  if (written.error.code !== "identifier_taken") return null;
  if (written.error.kind !== "phone") return null;
  const consents = input.consents.filter(({ purpose }) => purpose !== "marketing_sms");
  const without = await createMember(joining, { ...input, phone: null, consents }, ":no_phone");
  return without.ok ? without.value.member.account : null;
}

async function createMember(
  { desk, once, locale }: AnonymousJoining,
  input: JoinInput,
  variant: string,
): Promise<MemberWritten> {
  const profile: MemberProfile = { ...input, birthday: null, locale, external_id: null, metadata: {} };
  // The form's own name would find its first answer even when it comes back changed, so what was filled in is part of it:
  // under a key, because the hash of a phone number alone tells the number.
  const { name, email, phone, consents } = input;
  const facts = JSON.stringify([name, email, phone, consents.map(({ purpose }) => purpose)]);
  const filledIn = macText(desk.secrets.idMac, 26, ["join", once, facts]);
  return desk.registry().createMember({
    account: createAccountId("member", crypto.getRandomValues(new Uint8Array(ACCOUNT_RANDOM_BYTES))),
    idem: { scope: "join", key: `${once}:${filledIn}${variant}`, requestHash: filledIn },
    profile,
    identifiers: [],
    now_ms: Date.now(),
  });
}

/** Opening is repeatable, and so is what signing up gives: sending the form again finishes what was cut off. */
async function openAccount(desk: MemberDesk, account: string): Promise<void> {
  const by = { kind: "system", job: "join" } as const;
  const opened = await desk.account(account).open({ card_no: DIGITAL_CARD_NO, by });
  if (!opened.ok) throw new TroubleError("unavailable", { retryAfterSeconds: 1 });
  await giveSignUp(desk, account, by);
}

async function accountOf(desk: MemberDesk, email: string): Promise<string | null> {
  const answer = await desk.registry().resolve({
    identifier: { kind: "email", value: email },
    configVersionKnown: desk.config.config.version,
    now_ms: Date.now(),
  });
  const found = answer.ok ? answer.value.identifier : null;
  return found?.outcome === "found" ? found.account : null;
}

/** The token of the newest digital card that still works; null when there is none. */
async function currentCard(desk: MemberDesk, account: string): Promise<string | null> {
  const program = await desk.program();
  // Cards are replaced under a programme only, so without one the first card is the card.
  if (program === null) return tokenOf(desk, account, DIGITAL_CARD_NO);
  const read = await follow(desk, account, (client) => client.wallet([program]));
  if (!read.ok) return null;
  const card = read.value.value.cards.findLast(({ kind, state }) => kind === "digital" && state === "active");
  return card === undefined ? null : tokenOf(desk, read.value.account, card.card_no);
}

function tokenOf(desk: MemberDesk, account: string, cardNo: number): string {
  return createCardToken(desk.secrets.cardKeys, desk.tenant, { account, cardNo });
}

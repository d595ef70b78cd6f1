import type { Context } from "hono";
import { encodeBase32 } from "../../../domain/tenancy/base32.ts";
import type { Locale } from "../../../domain/tenancy/config.ts";
import { normaliseEmail, normalisePhone } from "../../../domain/tenancy/identifier.ts";
import type { Consent } from "../../../domain/tenancy/member-profile.ts";
import type { CardEnv } from "../card-env.ts";
import type { MemberDesk } from "../member-desk.ts";
import { type JoinError, TEXTS } from "../texts.ts";

/** Purposes that somebody who joins may agree to, each by a box of its own. Push is asked for where it is switched on. */
export const CONSENT_PURPOSES = ["marketing_email", "marketing_sms", "profiling"] as const;
type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

/** The name of the field that only programs fill in. */
export const HONEYPOT = "website";

const NAME_MAX = 120;
const TEXT_MAX = 300;

/** The form as it was typed, to be shown again when something is wrong. */
export interface FilledIn {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly consents: readonly ConsentPurpose[];
}

export const NOTHING_FILLED_IN: FilledIn = { name: "", email: "", phone: "", consents: [] };

/** The form as it was sent. */
export interface SentForm {
  readonly how: "instant" | "registered";
  readonly once: string;
  readonly byProgram: boolean;
  readonly filledIn: FilledIn;
}

/** One field that is wrong. */
export interface JoinProblem {
  readonly field: "name" | "email" | "phone";
  readonly code: JoinError;
}

/** What somebody joins with, made comparable. All null for an anonymous card. */
export interface JoinInput {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly consents: readonly Consent[];
}

export const ANONYMOUS: JoinInput = { name: null, email: null, phone: null, consents: [] };

/** A name for one form: 80 random bits. */
export function newOnce(): string {
  return encodeBase32(crypto.getRandomValues(new Uint8Array(10)), 16);
}

/** Reads what was sent. Files and repeated fields are nobody's honest answer and count as empty. */
export async function readForm(c: Context<CardEnv>): Promise<SentForm> {
  const body = await c.req.parseBody();
  const text = (field: string): string => {
    const value = body[field];
    return typeof value === "string" ? value.trim().slice(0, TEXT_MAX) : "";
  };
  const once = text("once");
  return {
    how: text("how") === "instant" ? "instant" : "registered",
    once: /^[0-9a-z]{16}$/.test(once) ? once : newOnce(),
    byProgram: text(HONEYPOT) !== "",
    filledIn: {
      name: text("name"),
      email: text("email"),
      phone: text("phone"),
      consents: CONSENT_PURPOSES.filter((purpose) => text(purpose) !== ""),
    },
  };
}

/** Every problem of the form, by field; none means that it can be joined with. */
export function checkForm(desk: MemberDesk, { name, email, phone, consents }: FilledIn): JoinProblem[] {
  const problems: JoinProblem[] = [];
  if (email === "" && phone === "") problems.push({ field: "email", code: "contact" });
  if (email !== "" && normaliseEmail(email) === null) problems.push({ field: "email", code: "email" });
  if (phone !== "" && normalisePhone(phone, desk.merchant.country) === null) {
    problems.push({ field: "phone", code: "phone" });
  }
  if (name.length > NAME_MAX || /\p{Cc}/u.test(name)) problems.push({ field: "name", code: "name" });
  if (consents.includes("marketing_email") && email === "" && phone !== "") {
    problems.push({ field: "email", code: "email_consent" });
  }
  if (consents.includes("marketing_sms") && phone === "" && email !== "") {
    problems.push({ field: "phone", code: "sms_consent" });
  }
  return problems;
}

/** A form without problems as the input of joining; the consents with the very words that stood beside the box. */
export function inputOf(desk: MemberDesk, { name, email, phone, consents }: FilledIn, locale: Locale): JoinInput {
  const texts = TEXTS[locale].join.consent;
  return {
    name: name === "" ? null : name,
    email: email === "" ? null : normaliseEmail(email),
    phone: phone === "" ? null : normalisePhone(phone, desk.merchant.country),
    consents: consents.map((purpose) => ({
      purpose,
      granted: true,
      text: texts[purpose](desk.merchant.name),
      at_ms: desk.now_ms,
      source: "join",
    })),
  };
}

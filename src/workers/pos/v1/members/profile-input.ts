import type { MemberInput } from "../../../../contract/pos-v1/member.ts";
import { normaliseCardNumber, normaliseEmail, normalisePhone } from "../../../../domain/tenancy/identifier.ts";
import type { Consent } from "../../../../domain/tenancy/member-profile.ts";
import { type FieldError, validationProblem } from "../../../http/problem.ts";
import type { PosDesk } from "../desk.ts";

/** Consents as a till sends them, with the time filled in and the till as their source. */
export function consentsOf(desk: PosDesk, inputs: MemberInput["consents"]): Consent[] {
  return inputs.map(({ purpose, granted, text, at }) => ({
    purpose,
    granted,
    text,
    at_ms: at === undefined ? desk.now_ms : Date.parse(at),
    source: `till:${desk.parts.till.id}`,
  }));
}

/** Fields of a profile that must be made comparable before they are stored. */
export interface ContactInput {
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

export interface Contact {
  readonly email?: string | null;
  readonly phone?: string | null;
}

/**
 * Phone and address in their comparable form; what was not given stays away, null stays null.
 *
 * @throws ProblemError `validation_failed` when one of them is none
 */
export function contactOf(desk: PosDesk, input: ContactInput): Contact {
  const { country } = desk.parts.location;
  const errors: FieldError[] = [];
  const phone = typeof input.phone === "string" ? normalisePhone(input.phone, country) : input.phone;
  const email = typeof input.email === "string" ? normaliseEmail(input.email) : input.email;
  if (phone === null && input.phone !== null)
    errors.push({ path: "phone", message: `is no phone number; a national one is read as one of ${country}` });
  if (email === null && input.email !== null) errors.push({ path: "email", message: "must be an e-mail address" });
  if (errors.length > 0) throw validationProblem(errors);
  return { ...(phone === undefined ? {} : { phone }), ...(email === undefined ? {} : { email }) };
}

/** @throws ProblemError `validation_failed` when it is no card number */
export function cardNumberOf(text: string, path: string): string {
  const number = normaliseCardNumber(text);
  if (number === null) throw validationProblem([{ path, message: "must have 4 to 32 letters or digits" }]);
  return number;
}

import type { Locale } from "./config.ts";

/** Ways by which a member can be found besides a card token. Each value belongs to at most one member. */
export type IdentifierKind = "phone" | "email" | "external_id" | "card_number";

/** A normalised identifier: phone in E.164, e-mail folded to lower case, card number without spaces. */
export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
}

/** What a merchant knows about a member as a person. Lives in the registry, encrypted; never in a ledger. */
export interface MemberProfile {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** Day and month, "MM-DD". */
  readonly birthday: string | null;
  readonly locale: Locale | null;
  readonly external_id: string | null;
  readonly consents: readonly Consent[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** One decision of a member for one purpose; the latest per purpose counts, all are kept as proof. */
export interface Consent {
  readonly purpose: "marketing_email" | "marketing_push" | "marketing_sms" | "profiling";
  readonly granted: boolean;
  /** The words the member agreed to, or the version that names them. */
  readonly text: string;
  readonly at_ms: number;
  readonly source: string;
}

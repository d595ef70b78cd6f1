import { z } from "zod";
import { AMOUNT_MAX } from "../../domain/numbers.ts";

/** RFC 3339 instant with a time zone; answers are in UTC. */
export const timestamp = z.iso
  .datetime({ offset: true, message: "must be an RFC 3339 time with a zone, such as 2026-03-14T09:26:53Z" })
  .meta({ description: "RFC 3339 time with zone.", example: "2026-03-14T09:26:53Z" });

export const localDate = z.iso
  .date("must be a date such as 2026-03-14")
  .meta({ description: "Calendar date, YYYY-MM-DD.", example: "2026-03-14" });

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code such as EUR")
  .meta({ description: "ISO 4217 code.", example: "EUR" });

/** A signed amount as answers and sales carry it. */
export const money = z
  .strictObject({
    amount: z
      .int("must be whole minor units (cents)")
      .min(-AMOUNT_MAX)
      .max(AMOUNT_MAX)
      .meta({ description: "Minor units.", example: 1250 }),
    currency,
  })
  .meta({ id: "Money", description: "An amount in minor units with its currency: 1250 EUR is twelve euros fifty." });
export type Money = z.infer<typeof money>;

export const minorUnits = z.int("must be whole minor units (cents)").min(-AMOUNT_MAX).max(AMOUNT_MAX);

export const metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((pairs) => Object.keys(pairs).length <= 20, "at most 20 pairs")
  .meta({ description: "Up to 20 string pairs of your own, given back as they came.", example: { shift: "morning" } });

/** Who is at the till. */
export const staffCode = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, _ . or -")
  .optional()
  .meta({ description: "Your code of the cashier; not a name.", example: "c07" });

/** Free text from a till: any character but control characters. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !hasControlCharacter(value), "must not contain control characters");

function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

export const quantity = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,3})?$/, 'must be a decimal string with at most 3 places, such as "2" or "0.250"')
  .refine((value) => Number(value) > 0, "must be more than zero")
  .meta({ description: "Decimal string with at most three places, more than zero.", example: "2" });

export const taxRate = z
  .string()
  .regex(/^\d{1,2}(\.\d{1,3})?$/, 'must be a percentage as a decimal string, such as "21" or "5.5"')
  .meta({ description: "VAT percentage as a decimal string.", example: "9" });

/** Exactly one way of naming a member. */
export const memberRef = z
  .strictObject({
    id: z.string().max(64).optional().meta({ description: "Member id.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    card: z.string().min(1).max(2000).optional().meta({
      description: "What the scanner read: a card's QR text or a card number.",
      example: "1.c2.e99heth0.mpbffy96dbrqnwne.1.ecm1axpqd7y7hfkx",
    }),
    phone: z.string().min(3).max(40).optional().meta({
      description: "Phone number; a national number is read with the location's country.",
      example: "06 12345678",
    }),
    email: z.string().min(3).max(254).optional().meta({ description: "E-mail address.", example: "anna@example.com" }),
    external_id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({ description: "Your own id of the member.", example: "17850" }),
  })
  .refine(
    (ref) => Object.values(ref).filter((value) => value !== undefined).length === 1,
    "name the member in exactly one way",
  )
  .meta({
    id: "MemberRef",
    description: "Names a member in exactly one way: id, card, phone, email or external_id.",
    example: { card: "1.c2.e99heth0.mpbffy96dbrqnwne.1.ecm1axpqd7y7hfkx" },
  });
export type MemberRef = z.infer<typeof memberRef>;

export const unit = z
  .string()
  .regex(
    /^(points|stamps:stc_[a-z0-9_]{1,40}|credit:[A-Z]{3}|strip:stp_[a-z0-9_]{1,40})$/,
    "must be points, stamps:stc_…, credit:EUR or strip:stp_…",
  )
  .meta({
    description:
      "`points`; `stamps:` and the id of a stamp card; `credit:` and the currency, then in minor units; or `strip:` and the id of a strip card.",
    example: "points",
  });

export const localized = z
  .strictObject({
    nl: z.string().optional().meta({ description: "In Dutch." }),
    en: z.string().optional().meta({ description: "In English." }),
  })
  .meta({ id: "LocalizedText", description: "A text in Dutch, English or both." });

/** A page of a list. */
export function page<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .strictObject({
      data: z.array(item).meta({ description: "The items of this page." }),
      next_cursor: z
        .string()
        .nullable()
        .meta({ description: "Give this as `cursor` for the next page; null on the last one." }),
    })
    .meta({ id, description: "One page of a list." });
}

export const listQuery = z.strictObject({
  limit: z.coerce
    .number()
    .pipe(z.int().min(1).max(100))
    .default(20)
    .meta({ description: "Items per page, 1 to 100.", example: 20 }),
  cursor: z.string().max(500).optional().meta({ description: "`next_cursor` of the page before." }),
  order: z.enum(["asc", "desc"]).default("desc").meta({ description: "`desc`: newest first." }),
});

export const problem = z
  .strictObject({
    type: z
      .string()
      .meta({ description: "Address of the code's page in the reference.", example: "/docs#insufficient_balance" }),
    title: z.string().meta({ description: "The code in words.", example: "Not enough on the card" }),
    status: z.int().meta({ description: "The HTTP status.", example: 409 }),
    code: z
      .string()
      .meta({ description: "Stable name of the problem; switch on this.", example: "insufficient_balance" }),
    detail: z.string().meta({
      description: "What happened here and what to do.",
      example: "Free coffee costs 100 points and the card has 40.",
    }),
    retryable: z.boolean().meta({ description: "Whether the same request may succeed later.", example: false }),
    request_id: z.string().meta({ description: "Name this to us when you ask.", example: "req_7h2k9m4p1q8s5t3v" }),
    errors: z
      .array(
        z.strictObject({
          path: z.string().meta({ description: "Where in the request.", example: "lines.0.amount" }),
          message: z.string().meta({ description: "What it must be.", example: "must be whole minor units (cents)" }),
        }),
      )
      .optional()
      .meta({ description: "Every field that is wrong, for `validation_failed`." }),
  })
  .meta({ id: "Problem", description: "What went wrong, as RFC 9457 problem details." });
export type Problem = z.infer<typeof problem>;

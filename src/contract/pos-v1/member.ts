import { z } from "zod";
import { memberRef, metadata, page, text, timestamp } from "./common.ts";
import { issuedRewards } from "./issued-reward.ts";
import { entry, rewardStatus, wallet } from "./wallet.ts";

const consentInput = z
  .strictObject({
    purpose: z
      .enum(["marketing_email", "marketing_push", "marketing_sms", "profiling"])
      .meta({ description: "What it allows: marketing by e-mail, push or SMS, or profiling." }),
    granted: z.boolean().meta({ description: "Whether the member agreed." }),
    text: text(500).meta({ description: "The words the member agreed to or refused, or the version that names them." }),
    at: timestamp.optional().meta({ description: "When; now when absent." }),
  })
  .meta({
    id: "ConsentInput",
    description: "One decision for one purpose. Every decision is kept as proof; the latest counts.",
  });

const birthday = z
  .string()
  .regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "must be month and day such as 03-14")
  .refine((value) => isDayOfYear(value), "is not a day of the year")
  .meta({ description: "Month and day, MM-DD.", example: "03-14" });

function isDayOfYear(value: string): boolean {
  const [month = 0, day = 0] = value.split("-").map(Number);
  return day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

const profileFields = {
  name: text(120).meta({ description: "The member's name, as they give it.", example: "Anna de Vries" }),
  email: z
    .email("must be an e-mail address")
    .max(254)
    .meta({ description: "E-mail address; belongs to at most one member.", example: "anna@example.com" }),
  phone: z.string().min(3).max(40).meta({
    description: "Phone number; a national one is read with the location's country. Belongs to at most one member.",
    example: "06 12345678",
  }),
  birthday,
  locale: z.enum(["nl", "en"]).meta({ description: "The language to write to the member in.", example: "nl" }),
  external_id: text(128).meta({
    description: "Your own id of the member; belongs to at most one member.",
    example: "17850",
  }),
};

export const memberInput = z
  .strictObject({
    name: profileFields.name.optional(),
    email: profileFields.email.optional(),
    phone: profileFields.phone.optional(),
    birthday: profileFields.birthday.optional(),
    locale: profileFields.locale.optional(),
    external_id: profileFields.external_id.optional(),
    card: z
      .string()
      .regex(/^[A-Za-z0-9-]{4,32}$/, "4 to 32 letters, digits or -")
      .optional()
      .meta({ description: "Number of a plastic card to link.", example: "0001000000112345" }),
    consents: z.array(consentInput).max(10).default([]).meta({ description: "What the member agreed to or refused." }),
    sign_up: z.boolean().optional().meta({
      description:
        "Whether the member is given what the programme gives for signing up; when absent, yes unless the key may backfill.",
    }),
    metadata: metadata.default({}),
  })
  .meta({
    id: "MemberInput",
    description:
      "A new member. Everything is optional: without a name or address the card is anonymous until registered.",
    example: { name: "Anna de Vries", phone: "06 12345678", locale: "nl" },
  });
export type MemberInput = z.infer<typeof memberInput>;

/** A field that a change may leave out, set or clear. */
function clearable<Field extends z.ZodType>(field: Field) {
  return field
    .nullable()
    .optional()
    .meta({ description: `${field.description ?? ""} Null clears it.` });
}

export const memberPatch = z
  .strictObject({
    name: clearable(profileFields.name),
    email: clearable(profileFields.email),
    phone: clearable(profileFields.phone),
    birthday: clearable(profileFields.birthday),
    locale: clearable(profileFields.locale),
    external_id: clearable(profileFields.external_id),
    consents: z.array(consentInput).max(10).optional().meta({ description: "Added to those on record." }),
    metadata: z
      .record(z.string().min(1).max(40), z.string().max(500).nullable())
      .refine((pairs) => Object.keys(pairs).length <= 20, "at most 20 pairs")
      .optional()
      .meta({ description: "Changes pair by pair; null removes one." }),
  })
  .refine((patch) => Object.keys(patch).length > 0, "change at least one field")
  .meta({
    id: "MemberPatch",
    description: "Fields to change; an absent field stays, null clears.",
    example: { name: "Anna Jansen", birthday: null },
  });
export type MemberPatch = z.infer<typeof memberPatch>;

export const card = z
  .strictObject({
    object: z.literal("card").meta({ description: "Always `card`." }),
    id: z.string().meta({ description: "Id of the card.", example: "crd_mpbffy96dbrqnwne16ghr55zq" }),
    created_at: timestamp,
    kind: z.enum(["digital", "plastic"]).meta({ description: "A QR code on a phone, or a plastic card." }),
    state: z.enum(["active", "blocked"]).meta({ description: "A blocked card is refused at every till." }),
    number: z.string().nullable().meta({ description: "A plastic card's number." }),
    token: z.string().nullable().meta({ description: "A digital card's QR text." }),
    metadata,
  })
  .meta({ id: "Card", description: "A way for the member to be recognised." });

export const member = z
  .strictObject({
    object: z.literal("member").meta({ description: "Always `member`." }),
    id: z.string().meta({ description: "Id of the member.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
    created_at: timestamp,
    name: z.string().nullable().meta({ description: "Null for an anonymous card.", example: "Anna de Vries" }),
    email: z.string().nullable().meta({ description: "E-mail address.", example: "anna@example.com" }),
    phone: z.string().nullable().meta({ description: "Phone number in E.164.", example: "+31612345678" }),
    birthday: z.string().nullable().meta({ description: "Month and day, MM-DD.", example: "03-14" }),
    locale: z
      .enum(["nl", "en"])
      .nullable()
      .meta({ description: "The language to write to the member in; null means the programme's." }),
    external_id: z.string().nullable().meta({ description: "Your own id of the member.", example: "17850" }),
    consents: z
      .array(
        z.strictObject({
          purpose: z
            .string()
            .meta({ description: "What it is about. New purposes may be added.", example: "marketing_email" }),
          granted: z.boolean().meta({ description: "Whether the member agreed." }),
          at: timestamp.meta({ description: "When the member decided." }),
        }),
      )
      .meta({ description: "The latest decision per purpose." }),
    metadata,
  })
  .meta({ id: "Member", description: "A customer in this merchant's programme." });

export const memberAnswer = z
  .strictObject({
    member,
    cards: z.array(card).meta({ description: "Every card the member has had, oldest first; blocked ones too." }),
    card_token: z.string().nullable().meta({ description: "QR text of the newest active digital card." }),
    card_url: z.string().nullable().meta({ description: "Where the member opens that card." }),
    wallet,
    rewards: z.array(rewardStatus).meta({ description: "Available ones first, then the nearest." }),
    issued_rewards: issuedRewards,
    snapshot: z
      .strictObject({
        text: z.string().meta({ description: "A compact JWS; verify it with the keys of `GET /v1/snapshot-keys`." }),
        expires_at: timestamp.meta({ description: "Until when a till without a connection may trust it." }),
      })
      .optional()
      .meta({
        description:
          "The balance, signed, for a till that loses its connection; absent where the programme lets none hand out rewards then.",
      }),
  })
  .meta({ id: "MemberAnswer", description: "A member, their cards and what they have." });

export const identifyInput = z
  .strictObject({ member: memberRef })
  .meta({ id: "IdentifyInput", description: "Who is at the till.", example: { member: { phone: "06 12345678" } } });

export const memberPage = page(member, "MemberPage");
export const entryPage = page(entry, "EntryPage");

export const cardInput = z
  .strictObject({
    kind: z
      .enum(["digital", "plastic"])
      .default("plastic")
      .meta({ description: "A QR code on a phone, or a plastic card." }),
    number: z
      .string()
      .regex(/^[A-Za-z0-9-]{4,32}$/, "4 to 32 letters, digits or -")
      .optional()
      .meta({ description: "Number of the plastic card.", example: "0001000000112345" }),
    replaces: z.string().min(1).max(200).optional().meta({
      description: "Id, QR text or number of the card it replaces; that card is blocked and the balance stays.",
    }),
    metadata: metadata.default({}),
  })
  .refine((input) => (input.kind === "plastic") === (input.number !== undefined), {
    path: ["number"],
    message: "a plastic card needs its number, a digital card has none",
  })
  .meta({ id: "CardInput", description: "A card to link.", example: { number: "0001000000112345" } });
export type CardInput = z.infer<typeof cardInput>;

export const cardAnswer = z
  .strictObject({
    card,
    member: z
      .string()
      .nullable()
      .meta({ description: "Id of the member; null for a gift card.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
  })
  .meta({ id: "CardAnswer", description: "The card and whose it is." });

export const blockInput = z
  .strictObject({
    card: z
      .string()
      .min(1)
      .max(2000)
      .meta({ description: "Id, QR text or number of the card.", example: "0001000000112345" }),
    reason: z.enum(["lost", "stolen", "damaged", "other"]).meta({ description: "Why; kept with the booking." }),
    metadata: metadata.default({}),
  })
  .meta({ id: "BlockInput", description: "A card to block.", example: { card: "0001000000112345", reason: "lost" } });

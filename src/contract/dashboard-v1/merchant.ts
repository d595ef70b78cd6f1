import { z } from "zod";
import { GOALS, TEMPLATE_IDS } from "../../domain/program/templates.ts";
import { AGREEMENTS } from "../../domain/tenancy/agreements.ts";
import { ROLES } from "../../domain/tenancy/actor.ts";
import { SCOPES } from "../../domain/tenancy/api-key.ts";
import { LOCALES } from "../../domain/tenancy/config.ts";
import { MODES } from "../../domain/tenancy/merchant.ts";
import { localized, timestamp } from "../pos-v1/common.ts";
import { user } from "./login.ts";

// Shapes of the dashboard's API. Limits and cross-checks of inputs stand with the services, which check everything again.

const name = z.string().min(1).max(80);
const country = z.string().length(2).meta({ description: "ISO 3166-1 alpha-2, upper case.", example: "NL" });
const timezone = z.string().min(1).max(64).meta({ description: "IANA zone.", example: "Europe/Amsterdam" });
const wireId = z.string().min(1).max(64);

export const openingHours = z.array(
  z.strictObject({
    weekday: z.literal([1, 2, 3, 4, 5, 6, 7]).meta({ description: "ISO: 1 is Monday." }),
    opens: z.string().meta({ example: "08:00" }),
    closes: z.string().meta({ example: "17:30" }),
  }),
);

const usual = z.int().min(0).max(1_000).nullable();
const watch = z
  .strictObject({
    card_uses_max: usual.meta({ description: "Uses of one card on one day." }),
    lone_redemptions_max: usual.meta({
      description: "Redemptions by one cashier on one day for members who bought nothing there that day.",
    }),
    own_card_uses_max: usual.meta({ description: "Times on one day that a cashier serves their own card." }),
    outside_hours_minutes: z
      .int()
      .min(0)
      .max(720)
      .nullable()
      .meta({ description: "Minutes before opening and after closing in which the shop is still at work." }),
  })
  .meta({ description: "What is usual; more is flagged for you to look at. Null: never flagged." });

// --- Merchant ------------------------------------------------------------------------------------------------------

export const merchant = z.strictObject({
  object: z.literal("merchant"),
  locator: z.string().meta({ example: "e7k2m9qa" }),
  name: z.string(),
  legal_name: z.string().nullable(),
  country,
  currency: z.string().meta({ description: "Fixed at sign-up." }),
  timezone,
  locale: z.enum(LOCALES),
  jurisdiction: z.enum(["eu", "us"]).meta({ description: "Where the data live; fixed at sign-up." }),
  claims: z.boolean(),
  strict_receipts: z.boolean(),
  status: z.enum(["active", "suspended", "closed"]),
  color: z.string().nullable().meta({ description: "The card's colour; null: ours.", example: "#7a3b12" }),
  goal: z.enum(GOALS).nullable(),
  template: z.string().nullable(),
  watch,
  created_at: timestamp,
});

export const merchantChange = z.strictObject({
  name: name.optional(),
  legal_name: z.string().max(160).nullable().optional(),
  timezone: timezone.optional(),
  locale: z.enum(LOCALES).optional(),
  claims: z.boolean().optional(),
  strict_receipts: z.boolean().optional(),
  color: z.string().max(7).nullable().optional(),
  goal: z.enum(GOALS).nullable().optional(),
  watch: watch.partial().nullable().optional().meta({ description: "Left out stays; null: the defaults again." }),
});

// --- Locations and tills -------------------------------------------------------------------------------------------

export const location = z.strictObject({
  object: z.literal("location"),
  id: z.string(),
  name: z.string(),
  country: z.string(),
  timezone: z.string(),
  opening_hours: openingHours,
  created_at: timestamp,
  archived_at: timestamp.nullable(),
});
export const locationList = z.strictObject({ data: z.array(location) });
export const locationInput = z.strictObject({
  name,
  country: country.optional(),
  timezone: timezone.optional(),
  opening_hours: openingHours.optional(),
});
export const locationChange = locationInput.partial();

export const till = z.strictObject({
  object: z.literal("till"),
  id: z.string(),
  name: z.string(),
  location: z.string(),
  created_at: timestamp,
  archived_at: timestamp.nullable(),
});
export const tillList = z.strictObject({ data: z.array(till) });
export const tillInput = z.strictObject({ location: wireId, name });
export const tillChange = z.strictObject({ name });

// --- Keys and pairing ----------------------------------------------------------------------------------------------

export const apiKey = z.strictObject({
  object: z.literal("key"),
  id: z.string(),
  till: z.string(),
  name: z.string().nullable(),
  mode: z.enum(MODES),
  scopes: z.array(z.enum(SCOPES)),
  prefix: z.string().meta({ description: "How the secret begins." }),
  last_four: z.string().meta({ description: "How it ends." }),
  replaces: z.string().nullable().meta({ description: "The key it took over from." }),
  created_at: timestamp,
  expires_at: timestamp.nullable(),
  revoked_at: timestamp.nullable(),
  last_used_at: timestamp
    .nullable()
    .meta({ description: "To ten minutes; null when never used, or when that cannot be told just now." }),
});
export const newApiKey = apiKey.extend({
  secret: z.string().meta({ description: "Told now and never again." }),
});
export const apiKeyList = z.strictObject({ data: z.array(apiKey), next_cursor: z.string().nullable() });
export const apiKeyInput = z.strictObject({
  till: wireId,
  mode: z.enum(MODES),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  name: name.nullable().optional(),
  expires_at: timestamp.nullable().optional(),
});
export const rollInput = z.strictObject({
  grace_seconds: z
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(86_400)
    .meta({ description: "How long the old key still works beside the new one." }),
});

export const pairingCodeInput = z.strictObject({
  mode: z.enum(MODES).default("live"),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .default(["sell", "redeem", "members", "read"])
    .meta({ description: "What the till's key may do." }),
});
export const pairingCode = z.strictObject({
  object: z.literal("pairing_code"),
  code: z.string().meta({ description: "Six digits, for one till, once.", example: "402913" }),
  till: z.string(),
  mode: z.enum(MODES),
  expires_at: timestamp,
});

// --- Items ---------------------------------------------------------------------------------------------------------

export const item = z.strictObject({
  object: z.literal("item"),
  id: z.string(),
  sku: z.string(),
  name: z.string(),
  category: z.string().nullable(),
  price: z.int().nullable().meta({ description: "Minor units, tax included." }),
  tax_rate: z.string().nullable(),
  button_order: z.int(),
  created_at: timestamp,
  archived_at: timestamp.nullable(),
});
export const itemList = z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });
export const itemInput = z.strictObject({
  sku: z.string().min(1).max(64),
  name: z.string().min(1).max(120),
  price: z.int().min(0).nullable().optional(),
  category: z.string().max(64).nullable().optional(),
  tax_rate: z.string().max(10).nullable().optional(),
  button_order: z.int().min(0).optional(),
});
export const itemChange = itemInput.partial();
export const itemsInput = z.strictObject({ items: z.array(itemInput).min(1).max(1_000) });
export const itemsTaken = z.strictObject({ object: z.literal("items_taken"), created: z.int(), updated: z.int() });

// --- Staff and invitations -----------------------------------------------------------------------------------------

export const roleAt = z.strictObject({ location: wireId, role: z.enum(ROLES) });
const roles = z.array(roleAt).min(1).max(100);

export const staff = z.strictObject({
  object: z.literal("staff"),
  id: z.string(),
  name: z.string(),
  email: z.string().nullable().meta({ description: "Null for those who only have a PIN." }),
  has_pin: z.boolean(),
  roles: z.array(roleAt),
  own_member: z.string().nullable().meta({ description: "Their own card, of live mode: serving it is flagged." }),
  till_code: z.string().nullable().meta({ description: "The code under which tills name them, when not by id." }),
  created_at: timestamp,
  archived_at: timestamp.nullable(),
});
export const staffList = z.strictObject({ data: z.array(staff) });
const pin = z.string().regex(/^\d{4,8}$/, "must be 4 to 8 digits");
const ownCard = { own_member: wireId.nullable().optional(), till_code: wireId.nullable().optional() };
export const staffInput = z
  .strictObject({ name, roles, pin: pin.nullable().optional(), ...ownCard })
  .meta({ description: "Somebody with a PIN and no e-mail. Who shall use the dashboard is invited." });
export const staffChange = z.strictObject({ name: name.optional(), roles: roles.optional(), ...ownCard });
export const pinInput = z.strictObject({ pin: pin.nullable().meta({ description: "Null takes the PIN away." }) });

export const invitation = z.strictObject({
  object: z.literal("invitation"),
  id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(roleAt),
  state: z.enum(["open", "accepted", "expired", "revoked"]),
  invited_by: z.string(),
  created_at: timestamp,
  sent_at: timestamp,
  expires_at: timestamp,
});
export const invitationList = z.strictObject({ data: z.array(invitation) });
export const invitationInput = z.strictObject({
  email: z.string().min(3).max(254),
  name,
  roles,
  locale: z.enum(LOCALES).optional(),
});
export const invitationToken = z.strictObject({ token: z.string().min(1).max(200) });
export const invitationPreview = z.strictObject({
  object: z.literal("invitation_preview"),
  merchant: z.strictObject({ locator: z.string(), name: z.string() }),
  email: z.string(),
  roles: z.array(roleAt),
  expires_at: timestamp,
});

// --- Programme -----------------------------------------------------------------------------------------------------

const issue = z.strictObject({ path: z.string(), message: z.string() });
const document = z.record(z.string(), z.unknown());

export const draft = z.strictObject({
  object: z.literal("program_draft"),
  revision: z.int().meta({ description: "Give it back when you save or publish; 0 while there is no draft." }),
  document: document.nullable(),
  issues: z.array(issue).meta({ description: "What keeps it from being published." }),
  updated_at: timestamp.nullable(),
  updated_by: z.string().nullable(),
});
export const draftInput = z.strictObject({ revision: z.int().min(0), document });
export const publishInput = z.strictObject({
  draft_revision: z.int().min(1),
  effective_at: timestamp.optional(),
  note: z.string().max(500).nullable().optional(),
});
export const programVersion = z.strictObject({
  object: z.literal("program_version"),
  version: z.int(),
  effective_at: timestamp,
  hash: z.string(),
  published_by: z.string(),
  published_at: timestamp,
  note: z.string().nullable(),
});
export const programVersionList = z.strictObject({ data: z.array(programVersion) });
export const programVersionText = programVersion.extend({ document });

// --- Sign-up -------------------------------------------------------------------------------------------------------

export const agreementList = z.strictObject({
  data: z.array(z.strictObject({ object: z.literal("agreement"), agreement: z.enum(AGREEMENTS), version: z.string() })),
});

export const templateList = z.strictObject({
  data: z.array(
    z.strictObject({
      object: z.literal("template"),
      id: z.enum(TEMPLATE_IDS),
      name: localized,
      goals: z.array(z.enum(GOALS)),
      missing: z.array(z.string()).meta({ description: "What the template is meant to have and will get later." }),
      exclusions: z.array(z.strictObject({ category: z.string(), reason: localized })),
    }),
  ),
});

export const signUpInput = z.strictObject({
  name,
  country,
  currency: z.string().length(3).meta({ example: "EUR" }),
  timezone,
  locale: z.enum(LOCALES),
  jurisdiction: z.enum(["eu", "us"]).default("eu"),
  template: z.enum(TEMPLATE_IDS),
  goal: z.enum(GOALS),
  location: z.strictObject({ name, opening_hours: openingHours.optional() }),
  till: z.strictObject({ name }),
  owner_name: name.optional().meta({ description: "Your name, when you have not given it yet." }),
  agreements: z
    .strictObject({ terms: z.string().max(20), processing: z.string().max(20) })
    .meta({ description: "The versions that you have read and accept." }),
});

export const signedUp = z.strictObject({
  object: z.literal("signed_up"),
  merchant,
  location,
  till,
  staff,
  program: programVersion.nullable(),
  missing: z.array(z.string()).meta({ description: "Features of the template that come later." }),
  keys: z.array(newApiKey).meta({ description: "One for test and one for live, with their secrets: told now only." }),
});

const membership = z.strictObject({
  object: z.literal("membership"),
  merchant: z.strictObject({ locator: z.string(), name: z.string(), status: z.string() }),
  staff: z.string(),
  roles: z.array(roleAt),
});
export const me = z.strictObject({ object: z.literal("me"), user, memberships: z.array(membership) });

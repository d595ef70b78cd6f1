import { z } from "zod";
import { SCOPES } from "../../domain/tenancy/api-key.ts";
import { MODES } from "../../domain/tenancy/merchant.ts";

export const pairingInput = z
  .strictObject({
    code: z
      .string()
      .regex(/^\d{6}$/, "must be six digits")
      .meta({ description: "The digits that the dashboard shows.", example: "402913" }),
    name: z.string().trim().min(1).max(80).optional().meta({
      description: "What the key is called in the dashboard, such as the device's name.",
      example: "iPad bar",
    }),
  })
  .meta({ id: "PairingInput", description: "A pairing code.", example: { code: "402913" } });

export const pairingAnswer = z
  .strictObject({
    object: z.literal("pairing").meta({ description: "Always `pairing`." }),
    key: z
      .string()
      .meta({ description: "The till's API key. Keep it: it is told now and never again.", example: "stk_live_…" }),
    mode: z.enum(MODES).meta({ description: "Whether the key works on real or on test data." }),
    scopes: z.array(z.enum(SCOPES)).meta({ description: "What the key may do." }),
    merchant: z
      .strictObject({
        locator: z.string().meta({
          description: "The merchant's short name, which stands in keys and card tokens.",
          example: "e99heth0",
        }),
        name: z.string().meta({ description: "Its name.", example: "Koffie & Zo" }),
        currency: z.string().meta({ description: "ISO 4217 code.", example: "EUR" }),
        locale: z.string().meta({ description: "Its own language.", example: "nl" }),
      })
      .meta({ description: "Whose till it is." }),
    location: z
      .strictObject({
        id: z.string().meta({ description: "Id of the location.", example: "loc_khd18er1cn7s653b" }),
        name: z.string().meta({ description: "Its name.", example: "Koffie & Zo Oudegracht" }),
        country: z.string().meta({ description: "ISO 3166-1 alpha-2 code.", example: "NL" }),
        timezone: z.string().meta({ description: "IANA time zone.", example: "Europe/Amsterdam" }),
      })
      .meta({ description: "Where the till stands." }),
    till: z
      .strictObject({
        id: z.string().meta({ description: "Id of the till.", example: "til_cv0981n1kxzn54f0" }),
        name: z.string().meta({ description: "Its name.", example: "Kassa 1" }),
      })
      .meta({ description: "The till that the key belongs to." }),
  })
  .meta({ id: "Pairing", description: "The key that the code was swapped for, and where the till stands." });

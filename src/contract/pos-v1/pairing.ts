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
    object: z.literal("pairing"),
    key: z
      .string()
      .meta({ description: "The till's API key. Keep it: it is told now and never again.", example: "stk_live_…" }),
    mode: z.enum(MODES),
    scopes: z.array(z.enum(SCOPES)),
    merchant: z.strictObject({ locator: z.string(), name: z.string(), currency: z.string(), locale: z.string() }),
    location: z.strictObject({ id: z.string(), name: z.string(), country: z.string(), timezone: z.string() }),
    till: z.strictObject({ id: z.string(), name: z.string() }),
  })
  .meta({ id: "Pairing", description: "The key that the code was swapped for, and where the till stands." });

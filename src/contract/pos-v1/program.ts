import { z } from "zod";
import { programDocument } from "../../domain/program/document.ts";
import { timestamp } from "./common.ts";

const version = z
  .strictObject({
    object: z.literal("program_version").meta({ description: "Always `program_version`." }),
    id: z.string().meta({ description: "The version's number as text.", example: "3" }),
    version: z.int().meta({ description: "Counts up with every publication.", example: 3 }),
    effective_at: timestamp.meta({ description: "From when it is in force." }),
    document: programDocument.meta({ description: "The rules." }),
  })
  .meta({ id: "ProgramVersion", description: "The merchant's rules as published." });

export const programAnswer = z
  .strictObject({
    object: z.literal("program").meta({ description: "Always `program`." }),
    current: version.nullable().meta({ description: "In force now; null while nothing is published." }),
    next: version.nullable().meta({ description: "Published, and not in force yet." }),
    location: z
      .strictObject({
        id: z.string().meta({ description: "Id of the location.", example: "loc_khd18er1cn7s653b" }),
        name: z.string().meta({ description: "Its name.", example: "Koffie & Zo Oudegracht" }),
        country: z
          .string()
          .meta({ description: "ISO 3166-1 alpha-2 code; national phone numbers are read with it.", example: "NL" }),
        timezone: z
          .string()
          .meta({ description: "IANA time zone; business days follow it.", example: "Europe/Amsterdam" }),
      })
      .meta({ description: "Where this key's till stands." }),
    till: z
      .strictObject({
        id: z.string().meta({ description: "Id of the till.", example: "til_cv0981n1kxzn54f0" }),
        name: z.string().meta({ description: "Its name.", example: "Kassa 1" }),
      })
      .meta({ description: "The till that this key belongs to." }),
    currency: z
      .string()
      .meta({ description: "ISO 4217 code; sales in another currency earn nothing.", example: "EUR" }),
    items: z
      .array(
        z.strictObject({
          sku: z.string().meta({ description: "Article number.", example: "FLAT-WHITE" }),
          name: z.string().meta({ description: "Its name.", example: "Flat white" }),
          category: z.string().nullable().meta({ description: "As the programme names it.", example: "coffee" }),
          price: z.int().nullable().meta({ description: "Price in minor units, tax included.", example: 390 }),
          tax_rate: z.string().nullable().meta({ description: "VAT percentage as a decimal string.", example: "9" }),
        }),
      )
      .meta({ description: "The merchant's item list; lines that name a sku may leave out what stands here." }),
  })
  .meta({ id: "Program", description: "What a till needs to know: rules, items and where it stands." });

import { z } from "zod";
import { programDocument } from "../../domain/program/document.ts";
import { timestamp } from "./common.ts";

const version = z
  .strictObject({
    object: z.literal("program_version"),
    id: z.string().meta({ description: "The version's number as text.", example: "3" }),
    version: z.int().meta({ example: 3 }),
    effective_at: timestamp,
    document: programDocument,
  })
  .meta({ id: "ProgramVersion", description: "The merchant's rules as published." });

export const programAnswer = z
  .strictObject({
    object: z.literal("program"),
    current: version.nullable().meta({ description: "In force now; null while nothing is published." }),
    next: version.nullable().meta({ description: "Published, and not in force yet." }),
    location: z
      .strictObject({ id: z.string(), name: z.string(), country: z.string(), timezone: z.string() })
      .meta({ description: "Where this key's till stands." }),
    till: z.strictObject({ id: z.string(), name: z.string() }),
    currency: z.string().meta({ example: "EUR" }),
    items: z.array(
      z.strictObject({
        sku: z.string(),
        name: z.string(),
        category: z.string().nullable(),
        price: z.int().nullable().meta({ description: "Minor units." }),
        tax_rate: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "Program", description: "What a till needs to know: rules, items and where it stands." });

import { z } from "zod";
import { SCOPES } from "../../domain/tenancy/api-key.ts";
import { MODES } from "../../domain/tenancy/merchant.ts";
import { color, country, currency, locale, name, timezone } from "../services/fields.ts";
import { createItemInput } from "../services/item/schemas.ts";
import { openingHours } from "../services/location/schemas.ts";

const keyWanted = z.strictObject({ name, mode: z.enum(MODES), scopes: z.array(z.enum(SCOPES)).min(1) });
const tillWanted = z.strictObject({ name, keys: z.array(keyWanted).max(10).default([]) });
const locationWanted = z.strictObject({
  name,
  opening_hours: openingHours.default([]),
  tills: z.tuple([tillWanted], tillWanted),
});

/** A whole merchant in one description: what a sign-up and an owner's first hour in the dashboard would make. */
export const demoInput = z.strictObject({
  name,
  country,
  currency,
  timezone,
  locale,
  claims: z.boolean().default(false).describe("Whether a sale without a member waits to be claimed."),
  color: color.nullable().default(null),
  program: z.record(z.string(), z.unknown()).describe("The programme document; it takes effect at once."),
  items: z.array(createItemInput).max(1_000).default([]),
  locations: z.tuple([locationWanted], locationWanted),
});
export type DemoInput = z.output<typeof demoInput>;
export type LocationWanted = z.output<typeof locationWanted>;
export type TillWanted = z.output<typeof tillWanted>;

export interface MadeTill {
  readonly id: string;
  readonly name: string;
  readonly keys: readonly { readonly name: string; readonly mode: string; readonly secret: string }[];
}
export interface MadeLocation {
  readonly id: string;
  readonly name: string;
  readonly tills: readonly MadeTill[];
}
/** What was made, in the order of the description. The secrets are told here and nowhere else. */
export interface MadeDemo {
  readonly locator: string;
  readonly locations: readonly MadeLocation[];
}

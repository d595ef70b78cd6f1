import { z } from "zod";
import type { TillRow } from "../../../db/schema/till.ts";
import type { TillFacts } from "../../../domain/tenancy/config.ts";
import { id, name } from "../fields.ts";

export const createTillInput = z.strictObject({ location: id, name });
export const updateTillInput = z.strictObject({ id, name });
export const listTillsInput = z.strictObject({ archived: z.boolean().default(false) });
export const archiveTillInput = z.strictObject({ id });

/** A till as a merchant's people see it. */
export interface Till extends TillFacts {
  readonly created_at_ms: number;
  readonly archived_at_ms: number | null;
}

export function toTill({ merchant: _merchant, ...till }: TillRow): Till {
  return till;
}

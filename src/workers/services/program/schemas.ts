import { z } from "zod";
import type { ProgramDraftRow } from "../../../db/schema/program-draft.ts";
import type { ProgramVersionFacts } from "../../../domain/tenancy/config.ts";
import { at_ms, pageLimit } from "../fields.ts";
import type { InputIssue } from "../refusal.ts";

/** The rules travel with every sale, so they stay small; UTF-8 bytes. */
export const PROGRAM_BYTES_MAX = 64 * 1024;

const json = z
  .string()
  .refine((text) => new TextEncoder().encode(text).length <= PROGRAM_BYTES_MAX, "is larger than 64 KiB")
  .refine(isJsonObject, "must be the text of a JSON object");

export const saveDraftInput = z.strictObject({
  json,
  revision: z.int().min(0).describe("The revision that was read; 0 for the first draft."),
});

export const publishProgramInput = z
  .strictObject({
    json: json.optional().describe("The document itself."),
    draft_revision: z.int().min(1).optional().describe("Or the draft, when it still has this revision."),
    effective_at_ms: at_ms.optional().describe("At least 90 seconds ahead, but for the first version."),
    note: z.string().trim().max(500).nullable().default(null),
  })
  .refine(
    (input) => (input.json === undefined) !== (input.draft_revision === undefined),
    "give either json or draft_revision",
  );

export const listProgramVersionsInput = z.strictObject({
  before: z.int().min(1).optional().describe("Only versions older than this one."),
  limit: pageLimit,
});

export const getProgramVersionInput = z.strictObject({ version: z.int().min(1) });

/** A published programme without its text. */
export interface ProgramVersion extends ProgramVersionFacts {
  readonly published_by: string;
  readonly published_at_ms: number;
  readonly note: string | null;
}

/** A draft, and what would keep it from being published. */
export interface ProgramDraft {
  readonly revision: number;
  readonly json: string;
  readonly updated_at_ms: number;
  readonly updated_by: string;
  readonly issues: readonly InputIssue[];
}

export function toProgramVersion(row: ProgramVersion): ProgramVersion {
  const { version, effective_at_ms, hash, published_by, published_at_ms, note } = row;
  return { version, effective_at_ms, hash, published_by, published_at_ms, note };
}

export function toProgramDraft(row: ProgramDraftRow, issues: readonly InputIssue[]): ProgramDraft {
  const { revision, json: text, updated_at_ms, updated_by } = row;
  return { revision, json: text, updated_at_ms, updated_by, issues };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

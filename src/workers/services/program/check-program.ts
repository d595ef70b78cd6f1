import { parseProgramDocument } from "../../../domain/program/document.ts";
import { fail, ok, type Result } from "../../../domain/result.ts";
import type { InputIssue } from "../refusal.ts";
import { sha256Hex } from "../sha256.ts";
import { PROGRAM_BYTES_MAX } from "./schemas.ts";

/** The exact text that is stored and travels, and the hash over it. */
export interface CheckedProgram {
  readonly json: string;
  readonly hash: string;
}

export interface InvalidProgram {
  readonly code: "invalid_program";
  readonly issues: readonly InputIssue[];
}

/** Whether a text may become a version of a merchant's programme; every issue found when not. */
export function checkProgram(json: string, currency: string): Result<CheckedProgram, InvalidProgram> {
  if (new TextEncoder().encode(json).length > PROGRAM_BYTES_MAX) return invalid("", "is larger than 64 KiB");
  const value = parseJson(json);
  if (!value.ok) return value;
  const document = parseProgramDocument(value.value);
  if (!document.ok) return fail({ code: "invalid_program", issues: document.error });
  if (document.value.currency !== currency) return invalid("currency", `must be the merchant's currency, ${currency}`);
  return ok({ json, hash: sha256Hex(json) });
}

function parseJson(json: string): Result<unknown, InvalidProgram> {
  try {
    const value: unknown = JSON.parse(json);
    return ok(value);
  } catch {
    return invalid("", "is not JSON");
  }
}

function invalid(path: string, message: string): { readonly ok: false; readonly error: InvalidProgram } {
  return fail({ code: "invalid_program", issues: [{ path, message }] });
}

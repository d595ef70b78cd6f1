import type { Reader } from "../../../../domain/ledger/explain.ts";
import { type CompiledProgram, inLocale } from "../../../../domain/program/compile.ts";
import type { LocalizedText } from "../../../../domain/program/document-parts.ts";
import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import type { PosDesk } from "../desk.ts";

/** Everything an answer is rendered with: the reader's language, the programme's names, and the merchant's ids. */
export interface Rendering {
  readonly desk: PosDesk;
  readonly reader: Reader;
  readonly text: (value: LocalizedText) => string;
}

/** Names come from the programme in force at an instant. */
export async function renderingAt(desk: PosDesk, at_ms: number): Promise<Rendering> {
  const [payload] = await desk.programsAt(at_ms);
  return rendering(desk, compiledProgram(payload));
}

/**
 * Names as they were when a booking was made, so that a retry after a change of the programme hears the same words.
 * A booking the account made by itself is told in the words of its time.
 */
export async function renderingOf(
  desk: PosDesk,
  booking: { readonly program?: number; readonly at_ms: number },
): Promise<Rendering> {
  const version = booking.program === undefined ? null : await desk.programVersion(booking.program);
  return version === null ? renderingAt(desk, booking.at_ms) : rendering(desk, compiledProgram(version));
}

export function rendering(desk: PosDesk, program: CompiledProgram): Rendering {
  const { locale, currency } = desk;
  return {
    desk,
    reader: { locale, currency, unitName: (unit) => program.units.get(unit)?.name ?? null },
    text: (value) => inLocale(value, locale),
  };
}

import { type CompiledProgram, givenLot, paidLot, policyOf } from "../../program/compile.ts";
import { creditUnit } from "../../program/credit.ts";
import { fail, ok } from "../../result.ts";
import { addSpan } from "../../time/calendar.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import type { Decision, LoadCommand } from "../command.ts";
import { plainDraft } from "../draft.ts";
import type { LotKey } from "../lot.ts";

const WHAT = { nl: "cadeaukaart", en: "gift card" } as const;
/** What is sold lasts so long at least. */
const PAID_MONTHS_MIN = 24;

/** Decides to put value on a gift card: sold for money, or given. A date may be named within what the programme's rule allows. */
export function decideLoad(command: LoadCommand, program: CompiledProgram, now_ms: number): Decision {
  const unit = creditUnit(program.document.currency);
  if (!program.units.has(unit)) return fail({ code: "unit_unknown", unit });
  const today = localDate(now_ms, program.document.timezone);
  const { amount, origin, expires_on } = command;
  const lot = lotOf(program, unit, origin, today);
  const earliest = origin === "paid" ? addSpan(today, { months: PAID_MONTHS_MIN }) : today;
  const isOutside = expires_on !== null && (expires_on < earliest || (lot.expires_on ?? expires_on) < expires_on);
  if (isOutside) return fail({ code: "expiry_not_allowed", earliest, latest: lot.expires_on });
  const why = origin === "paid" ? ({ code: "bought", what: WHAT } as const) : ({ code: "gifted" } as const);
  const entry = { unit, lot: { ...lot, expires_on: expires_on ?? lot.expires_on }, delta: amount, why };
  return ok([plainDraft({ type: "loaded", unit, amount, origin }, [entry])]);
}

/** What is given with a code can be spent at once: whoever has it did not earn it. */
function lotOf(program: CompiledProgram, unit: string, origin: LoadCommand["origin"], today: LocalDate): LotKey {
  if (origin === "paid") return paidLot(program, unit, today);
  return givenLot(program, unit, today, { ...policyOf(program, unit), pending_days: 0 });
}

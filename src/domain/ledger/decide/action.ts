import { type CompiledProgram, givenLot } from "../../program/compile.ts";
import type { Action } from "../../program/action-rules.ts";
import { fail, ok } from "../../result.ts";
import { monthOf, startOfWeek } from "../../time/calendar.ts";
import { type LocalDate, localDate } from "../../time/local-date.ts";
import type { ActionCommand, Decision } from "../command.ts";
import { plainDraft } from "../draft.ts";
import { actionMeter, type MeterChange, metered, tierMeter } from "../meter.ts";
import type { AccountState } from "../state.ts";
import { checkCard } from "./card.ts";

/** Decides to give what an action is worth: once, once a period, or once for each subject. */
export function decideAction(
  state: AccountState,
  command: ActionCommand,
  program: CompiledProgram,
  now_ms: number,
): Decision {
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  const action = program.document.actions.find(({ id }) => id === command.action);
  if (action === undefined) return fail({ code: "action_unknown", action: command.action });
  if (action.each === "subject" && command.subject === null)
    return fail({ code: "subject_required", action: action.id });
  const today = localDate(now_ms, program.document.timezone);
  const meter = actionMeter(action.id, action.each === "subject" ? command.subject : null);
  const on = periodOf(action, today);
  if (metered(state.meters ?? {}, meter, on) > 0) return fail({ code: "action_already_given", action: action.id });
  const { unit, give, name } = action;
  const meters = [{ meter, on, amount: 1 }, ...forTier(program, action, today)];
  const event = { type: "action", action: action.id, subject: command.subject, unit, amount: give, meters } as const;
  const lot = givenLot(program, unit, today);
  return ok([plainDraft(event, [{ unit, lot, delta: give, why: { code: "action", what: name } }])]);
}

/** The counter's key; one that is given once stands under no date. */
function periodOf({ each }: Action, today: LocalDate): string {
  switch (each) {
    case "day":
      return today;
    case "week":
      return startOfWeek(today);
    case "month":
      return monthOf(today);
    case "year":
      return today.slice(0, 4);
    case "once":
    case "subject":
      return "";
  }
}

function forTier(program: CompiledProgram, { unit, give, counts_for_tier }: Action, today: LocalDate): MeterChange[] {
  const counts = counts_for_tier && unit === "points" && program.document.tiers !== undefined;
  return counts ? [{ meter: tierMeter("points"), on: monthOf(today), amount: give }] : [];
}

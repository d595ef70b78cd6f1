import { assertNever } from "../invariant.ts";
import { ok, type Result } from "../result.ts";
import type { Decision, EstateCommand } from "./command.ts";
import { decideAbsorb, decideDelivered, decideHandOver } from "./decide/hand-over.ts";
import { finishDraft, type Stamp } from "./draft.ts";
import { settle } from "./due.ts";
import { applyBooking } from "./fold.ts";
import type { Plan } from "./plan.ts";
import type { Refusal } from "./refusal.ts";
import { withDebtsPaid } from "./settle-debt.ts";
import type { AccountState } from "./state.ts";

/** Decides a step of one account going up in another. It needs no rules: what moves is what stands in the ledger. */
export function planEstate(
  state: AccountState,
  command: EstateCommand,
  stamp: Stamp,
  idem: string | null = null,
): Result<Plan, Refusal> {
  return planStep(state, (settled) => decide(settled, command), stamp, idem);
}

/** Plans a step that needs no rules: it is decided on the account as it stands now. */
export function planStep(
  state: AccountState,
  decideOn: (settled: AccountState) => Decision,
  stamp: Stamp,
  idem: string | null = null,
): Result<Plan, Refusal> {
  const settled = settle(state, stamp.now_ms);
  const decided = decideOn(settled.state);
  if (!decided.ok) return decided;
  let booked = state;
  const bookings = decided.value.map((draft, index) => {
    const paid = withDebtsPaid(index === 0 ? settled.state : booked, draft);
    const body = finishDraft(booked, paid, stamp, index === 0 ? settled.due : undefined);
    booked = applyBooking(booked, body);
    const { natural_key, frees } = draft;
    return { body, idem: index === 0 ? idem : null, natural_key, frees, after: booked };
  });
  return ok({ bookings, answer: 0, state: booked });
}

function decide(state: AccountState, command: EstateCommand): Decision {
  switch (command.type) {
    case "hand_over":
      return decideHandOver(state, command);
    case "absorb":
      return decideAbsorb(state, command);
    case "delivered":
      return decideDelivered(state, command);
    default:
      return assertNever(command, "estate command");
  }
}

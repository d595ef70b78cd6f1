import type { CompiledProgram } from "../../program/compile.ts";
import { type Effect, evaluateEffect } from "../../program/effect.ts";
import type { Reward } from "../../program/reward-rules.ts";
import { fail, ok } from "../../result.ts";
import { localDate } from "../../time/local-date.ts";
import type { OfflineRedemptionEvent } from "../booking.ts";
import type { Decision, OfflineRedemptionCommand } from "../command.ts";
import { DEBT_LOT } from "../debt.ts";
import { type EntryDraft, plainDraft } from "../draft.ts";
import { applyDrafts } from "../due.ts";
import { type Lot, sumParts, takeFrom } from "../lot.ts";
import { metered, OFFLINE_METER } from "../meter.ts";
import { offlineNaturalKey } from "../natural-key.ts";
import { type AccountState, unitState } from "../state.ts";
import { checkCard } from "./card.ts";
import { type Revocation, revokeFor } from "./issue.ts";
import { findWanted } from "./redemption.ts";

/**
 * Decides what becomes of a reward that a till handed out without a connection. The member has it already, so within the
 * merchant's allowance it is taken whatever the balance is now: what is not there any more is owed where the programme lets
 * returns owe, and written off elsewhere. Hours, dates and limits of the reward were the till's to mind; it counts for them.
 */
export function decideOfflineRedemption(
  state: AccountState,
  command: OfflineRedemptionCommand,
  program: CompiledProgram,
  till: string,
): Decision {
  const refusedCard = checkCard(state, command.card_no);
  if (refusedCard !== null) return fail(refusedCard);
  const allowance = program.document.limits.offline_redemption;
  if (allowance === undefined) return fail({ code: "offline_redemption_off" });
  const { snapshot, handed_out_at_ms } = command;
  const found = findWanted(state, command.ask, program, handed_out_at_ms);
  if (!found.ok) return found;
  const { unit, amount: cost, reward, what } = found.value;
  // What was paid for is spent only where the account knows of it.
  if (found.value.effect === null || !MAY_GO.has(program.units.get(unit)?.kind ?? "")) {
    return fail({ code: "offline_value_unknown", reward: reward ?? unit });
  }
  const effect = evaluateEffect(found.value.effect, command);
  if (!effect.ok) return fail({ code: effect.error, reward: reward ?? unit });
  const value = worth(effect.value, found.value.conditions);
  if (value === null) return fail({ code: "offline_value_unknown", reward: reward ?? unit });
  const available = snapshot.balances[unit] ?? 0;
  if (available < cost) return fail({ code: "snapshot_too_low", unit, needed: cost, available });
  const taken_on = localDate(handed_out_at_ms, program.document.timezone);
  const used = metered(state.meters ?? {}, OFFLINE_METER, taken_on);
  if (used + value > allowance.amount) {
    return fail({ code: "offline_allowance_exceeded", max: allowance.amount, used, value });
  }
  const owes = program.document.returns.spent_points === "debt";
  const { keys, entries } = freed(state, unit, cost);
  const spent = spend(applyDrafts(state, entries), { unit, cost, what }, owes);
  const event: OfflineRedemptionEvent = {
    type: "offline_redemption",
    reward,
    what,
    unit,
    cost,
    ...spent.outcome,
    effect: effect.value,
    value,
    handed_out_at_ms,
    taken_on,
    snapshot: { seq: snapshot.seq, issued_at_ms: snapshot.issued_at_ms, available },
    meters: [{ meter: OFFLINE_METER, on: taken_on, amount: value }],
  };
  const revoked = keys.length === 0 ? {} : { revoked_issues: keys };
  const natural_key = offlineNaturalKey(till, command);
  return ok([{ ...plainDraft(event, [...entries, ...spent.entries]), ...revoked, natural_key }]);
}

/** Kinds of units that may be spent before the account knows. */
const MAY_GO: ReadonlySet<string> = new Set(["points", "stamps"]);

/** What comes off the basket, or what the reward costs the merchant; null when neither is known. */
function worth({ discount, amount }: Effect, reward: Reward | null): number | null {
  const off = discount ?? amount ?? 0;
  return off > 0 ? off : (reward?.cost_price ?? null);
}

/** A reward that issued itself with these very units, and is not used, is the one that was handed out. */
function freed(state: AccountState, unit: string, cost: number): Revocation {
  const missing = cost - sumParts(takeFrom(freeLots(state, unit), cost));
  return revokeFor(state, missing === 0 ? [] : [{ unit, amount: missing }], { seq: null, whole: false }, "handed_out");
}

function freeLots(state: AccountState, unit: string): Lot[] {
  return unitState(state, unit).lots.filter((lot) => lot.bucket === "available");
}

interface Price {
  readonly unit: string;
  readonly cost: number;
  readonly what: OfflineRedemptionEvent["what"];
}

function spend(state: AccountState, { unit, cost, what }: Price, owes: boolean) {
  const taken = takeFrom(freeLots(state, unit), cost);
  const shortfall = cost - sumParts(taken);
  const why = { code: "redeemed", what } as const;
  const entries = taken.map(({ key, amount }): EntryDraft => ({ unit, lot: key, delta: -amount, why }));
  if (owes && shortfall > 0) entries.push({ unit, lot: DEBT_LOT, delta: -shortfall, why });
  const parts = taken.map(({ key, amount }) => ({ from: key, amount }));
  const shortfall_is = shortfall === 0 ? null : owes ? "debt" : "written_off";
  return { entries, outcome: { parts, shortfall, shortfall_is } } as const;
}

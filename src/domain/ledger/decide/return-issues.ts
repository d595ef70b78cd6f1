import { localDate } from "../../time/local-date.ts";
import type { CompiledProgram } from "../../program/compile.ts";
import { ok } from "../../result.ts";
import type { ReturnRequest } from "../booking.ts";
import type { Decision } from "../command.ts";
import type { Draft } from "../draft.ts";
import { applyDrafts } from "../due.ts";
import { seenFrom } from "../issued.ts";
import type { AccountState } from "../state.ts";
import { reissued, type ReturnedSale, revokeFor } from "./issue.ts";
import { decideReturn, type ReturnableSale } from "./return.ts";

/**
 * Decides a return, and what it does to issued rewards: those that were issued by themselves are taken back while they are
 * unused and the units they cost are needed, and one that was used in a sale that comes back whole is issued again.
 */
export function decideReturnWithIssues(
  state: AccountState,
  returnable: ReturnableSale,
  request: ReturnRequest,
  program: CompiledProgram,
  moment: { readonly parked: number | null; readonly now_ms: number },
): Decision {
  const first = decideReturn(state, returnable, request, program, moment);
  if (!first.ok) return first;
  // Where only waiting units are taken back, what was issued for others is the member's.
  const takes = program.document.returns.spent_points !== "pending_only";
  const { keys, entries } = takes
    ? revokeFor(state, first.value.flatMap(missingIn), returnedSale(returnable, first.value))
    : { keys: [], entries: [] };
  const today = localDate(moment.now_ms, program.document.timezone);
  if (keys.length === 0) return ok(first.value.map((draft) => withReissues(draft, today)));
  const again = decideReturn(applyDrafts(state, entries), returnable, request, program, moment);
  if (!again.ok) return again;
  return ok(
    again.value.map((draft) => ({
      ...withReissues(draft, today),
      entries: [...entries, ...draft.entries],
      revoked_issues: [...(draft.revoked_issues ?? []), ...keys],
    })),
  );
}

function returnedSale({ sale, origin }: ReturnableSale, drafts: readonly Draft[]): ReturnedSale {
  const whole = drafts.some(({ event }) => event.type === "return" && event.full);
  return { seq: origin === null ? sale.seq : null, whole };
}

/** What a return could not take: written off, or owed. */
function missingIn({ event, entries }: Draft): { readonly unit: string; readonly amount: number }[] {
  const owed = entries.filter(({ lot, delta }) => lot.class === "debt" && delta < 0);
  const debts = owed.map(({ unit, delta }) => ({ unit, amount: -delta }));
  if (event.type !== "return") return debts;
  const bonuses = (event.challenges ?? []).flatMap(({ taken }) =>
    taken?.bonus.kind === "units" && taken.written_off > 0
      ? [{ unit: taken.bonus.unit, amount: taken.written_off }]
      : [],
  );
  return [...event.written_off.filter(({ amount }) => amount > 0), ...bonuses, ...debts];
}

function withReissues(draft: Draft, today: string): Draft {
  if (draft.event.type !== "return") return draft;
  const { restored, origin } = draft.event;
  const used = restored.flatMap(({ issued }) => issued ?? []);
  if (used.length === 0) return draft;
  const again = used.map((issue) => reissued(seenFrom(issue, origin), today));
  return { ...draft, issued: [...(draft.issued ?? []), ...again] };
}

import { type AutomaticKind, automaticActions } from "../../../../domain/program/action-rules.ts";
import type { MemberProfile } from "../../../../domain/tenancy/member-profile.ts";
import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import { ProblemError } from "../../../http/problem.ts";
import { isEarningPaused } from "../billing-gate.ts";
import type { PosDesk } from "../desk.ts";
import { type Carried, runCommand } from "../run-command.ts";

/** Refusals that mean that there is nothing to give; whoever called has nothing to hear of them. */
const NOTHING_TO_GIVE: ReadonlySet<string> = new Set(["action_already_given", "action_unknown", "member_erased"]);

/**
 * Gives what comes by itself, once: a retry finds it given. Answers the last booking; null when there was nothing to give.
 *
 * @param at_ms whose programme counts
 */
export async function giveAutomatic(
  desk: PosDesk,
  account: string,
  kind: AutomaticKind,
  at_ms: number,
): Promise<Carried | null> {
  const program = await desk.programAt(at_ms);
  if (!program.ok || isEarningPaused(desk)) return null;
  let carried: Carried | null = null;
  for (const id of automaticActions(compiledProgram(program.value).document.actions, kind)) {
    carried = (await giveOne(desk, account, id, at_ms)) ?? carried;
  }
  return carried;
}

async function giveOne(desk: PosDesk, account: string, id: string, at_ms: number): Promise<Carried | null> {
  try {
    return await runCommand(
      desk,
      { account, card_no: null },
      {
        command: { type: "action", action: id, subject: null, card_no: null, automatic: true },
        body: null,
        operation: "member.automatic_action",
        // Has a space, which no till's key can have.
        key: `automatic ${id}`,
        staff: undefined,
        note: null,
        at_ms,
      },
    );
  } catch (error) {
    if (error instanceof ProblemError && NOTHING_TO_GIVE.has(error.code)) return null;
    throw error;
  }
}

/** Whether a member has told everything that a profile asks: a name, a way to be reached, and a birthday. */
export function isComplete({ name, email, phone, birthday }: MemberProfile): boolean {
  return name !== null && (email !== null || phone !== null) && birthday !== null;
}

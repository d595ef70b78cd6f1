import { entitlementsOf } from "../../../domain/billing/entitlements.ts";
import type { Actor } from "../../../domain/ledger/booking.ts";
import { automaticActions } from "../../../domain/program/action-rules.ts";
import { compiledProgram } from "../../../durable/member-account/programs.ts";
import { sha256Hex } from "../../services/sha256.ts";
import type { MemberDesk } from "../member-desk.ts";

/** Who joins on a page names no till; a key under this one is nobody else's. */
const JOIN = "join";

/**
 * Gives what signing up gives, once, however often the form is sent. Nothing while the merchant's plan lets nothing be
 * earned, and nothing before there is a programme.
 *
 * @throws ObjectUnavailableError when the account cannot be reached; sending the form again goes on here
 */
export async function giveSignUp(desk: MemberDesk, account: string, by: Actor): Promise<void> {
  const program = await desk.program();
  if (program === null || entitlementsOf(desk.config.config.billing, desk.now_ms).access !== "full") return;
  for (const action of automaticActions(compiledProgram(program).document.actions, "sign_up")) {
    // A refusal says that it was given before, or that the card has gone up in another since: nothing for who opens a page.
    await desk.account(account).run({
      command: { type: "action", action, subject: null, card_no: null, automatic: true },
      by,
      till: JOIN,
      idem: `${JOIN}:automatic ${action}`,
      request_hash: sha256Hex(JSON.stringify(["join.sign_up", account, action])),
      note: null,
      programs: [program],
      preview: false,
    });
  }
}

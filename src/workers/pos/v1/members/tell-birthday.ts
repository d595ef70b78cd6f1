import { celebratesBirthdays } from "../../../../domain/program/compile.ts";
import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import type { PosDesk } from "../desk.ts";

/**
 * Lets the account know the birthday, when the programme celebrates one. It is no more than a note: an account that could
 * not be told is told when the member is next read, so nothing fails over it.
 *
 * @returns whether the account knows it now
 */
export async function tellBirthday(desk: PosDesk, account: string, born_on: string | null): Promise<boolean> {
  const program = await desk.programAt(desk.now_ms);
  if (!program.ok || !celebratesBirthdays(compiledProgram(program.value).document)) return false;
  try {
    return (await desk.account(account).tellBirthday(born_on)).ok;
  } catch (error) {
    console.log(JSON.stringify({ event: "birthday_not_told", account, error: String(error) }));
    return false;
  }
}

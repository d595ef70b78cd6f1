import type { z } from "zod";
import type { memberAnswer } from "../../../../contract/pos-v1/member.ts";
import type { PosDesk } from "../desk.ts";
import { renderMemberAnswer } from "../render/member.ts";
import { renderingAt } from "../render/reader.ts";
import { readAccount } from "../run-command.ts";
import { registryProblem } from "./registry-problem.ts";

/** A member as they are now: profile from the registry, cards and balances from the account, asked at the same time. */
export async function readMember(desk: PosDesk, account: string): Promise<z.infer<typeof memberAnswer>> {
  const programs = await desk.programsAt(desk.now_ms);
  const [asked, read] = await Promise.all([
    desk.registry().getMember(account),
    readAccount(desk, account, (client) => client.wallet(programs)),
  ]);
  const found = read.account === account ? asked : await desk.registry().getMember(read.account);
  if (!found.ok) throw registryProblem(found.error);
  const { cards, wallet, rewards, issues = [] } = read.value;
  const rendering = await renderingAt(desk, desk.now_ms);
  return renderMemberAnswer(rendering, { record: found.value, cards, wallet, rewards, issues });
}

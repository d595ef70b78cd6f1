import type { z } from "zod";
import type { memberAnswer } from "../../../../contract/pos-v1/member.ts";
import type { PosDesk } from "../desk.ts";
import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import { snapshotOf } from "../../../snapshots/snapshot-of.ts";
import { renderMemberAnswer } from "../render/member.ts";
import { renderingAt } from "../render/reader.ts";
import type { AccountView, ProgramPayloads } from "../../../../durable/member-account/protocol.ts";
import { readAccount } from "../run-command.ts";
import { registryProblem } from "./registry-problem.ts";
import { tellBirthday } from "./tell-birthday.ts";
import { wireTime } from "../../../http/wire-time.ts";

/** A member as they are now: profile from the registry, cards and balances from the account, asked at the same time. */
export async function readMember(desk: PosDesk, account: string): Promise<z.infer<typeof memberAnswer>> {
  const programs = await desk.programsAt(desk.now_ms);
  const [asked, read] = await Promise.all([
    desk.registry().getMember(account),
    readAccount(desk, account, (client) => client.wallet(programs)),
  ]);
  const found = read.account === account ? asked : await desk.registry().getMember(read.account);
  if (!found.ok) throw registryProblem(found.error);
  const view = await withBirthday(desk, read, found.value.profile.birthday, programs);
  const { cards, wallet, rewards, issues = [] } = view;
  const rendering = await renderingAt(desk, desk.now_ms);
  const answer = renderMemberAnswer(rendering, { record: found.value, cards, wallet, rewards, issues });
  const { secrets } = desk.parts;
  const { tenant, ids, now_ms } = desk;
  const signer = { secrets, tenant, ids, now_ms };
  const snapshot = await snapshotOf(signer, compiledProgram(programs[0]), { account: read.account, view });
  if (snapshot === null) return answer;
  return { ...answer, snapshot: { text: snapshot.text, expires_at: wireTime(snapshot.expires_at_ms) } };
}

/** The account as it is once it knows the birthday; an account that knew it, or need not, is not asked again. */
async function withBirthday(
  desk: PosDesk,
  { account, value }: { readonly account: string; readonly value: AccountView },
  birthday: string | null,
  programs: ProgramPayloads,
): Promise<AccountView> {
  if (value.born_on === undefined || value.born_on === birthday) return value;
  if (!(await tellBirthday(desk, account, birthday))) return value;
  return (await readAccount(desk, account, (client) => client.wallet(programs))).value;
}

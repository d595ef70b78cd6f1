import type { z } from "zod";
import type { mergePreview } from "../../../../contract/pos-v1/merge.ts";
import { invariant } from "../../../../domain/invariant.ts";
import { explainEntry } from "../../../../domain/ledger/explain.ts";
import { macText } from "../../../../domain/tenancy/mac.ts";
import { accountObjectName } from "../../../../domain/tenancy/object-name.ts";
import type { Carrier } from "../../../../durable/member-account/deliver.ts";
import type { Parcel, Received } from "../../../../durable/member-account/estate.ts";
import type { AccountView, ProgramPayloads } from "../../../../durable/member-account/protocol.ts";
import type { MemberRecord } from "../../../../durable/merchant-registry/protocol.ts";
import { type PosDesk, tillActor } from "../desk.ts";
import { renderEntries } from "../render/entry.ts";
import { renderingOf } from "../render/reader.ts";
import { renderRewards, renderWallet } from "../render/wallet.ts";
import { readAccount } from "../run-command.ts";
import { registryProblem } from "./registry-problem.ts";

const TOKEN_LENGTH = 26;

/** One of the two sides of a merge, as it stands. */
export interface Side {
  readonly account: string;
  readonly view: AccountView;
  readonly record: MemberRecord;
}

/** @throws ProblemError `member_unknown` or `member_erased` */
export async function readSide(desk: PosDesk, named: string, programs: ProgramPayloads): Promise<Side> {
  const { account, value: view } = await readAccount(desk, named, (client) => client.wallet(programs));
  const record = await desk.registry().getMember(account);
  if (!record.ok) throw registryProblem(record.error);
  return { account, view, record: record.value };
}

/** Stands for both sides as they were shown: any booking and any change of a profile since gives another one. */
export function mergeToken(desk: PosDesk, from: Side, into: Side): string {
  const seen = [from, into].flatMap(({ account, view, record }) => [account, view.seq, record.updated_at_ms]);
  const { mode, merchant } = desk.tenant;
  return macText(desk.parts.secrets.idMac, TOKEN_LENGTH, ["merge", mode, merchant, ...seen.map(String)]);
}

/** What brings what an account hands over. */
export function carrierOf(desk: PosDesk, from: string, programs: ProgramPayloads): Carrier {
  const giver = accountObjectName(desk.tenant, from);
  invariant(giver !== null, `not an account id: ${from}`);
  const { env, config } = desk.parts;
  return {
    accounts: env.MEMBER_ACCOUNT,
    registries: env.MERCHANT_REGISTRY,
    giver,
    clock_offset_ms: config.clock_offset_ms,
    by: tillActor(desk),
    programs,
  };
}

type Outcome = Omit<z.infer<typeof mergePreview>, "object" | "token" | "released_redemptions" | "consents">;

/** What arrives and what the member then has. */
export async function renderOutcome(
  desk: PosDesk,
  { from, into, parcel, received }: { from: string; into: string; parcel: Parcel; received: Received },
): Promise<Outcome> {
  const { view } = received;
  invariant(view !== null, "a merge is rendered with rules");
  const rendering = await renderingOf(desk, view.body);
  return {
    member: desk.ids.member(into),
    from: desk.ids.member(from),
    entries: renderEntries(rendering, { account: into, body: view.body, note: null }),
    cards: parcel.estate.cards?.length ?? 0,
    wallet: renderWallet(rendering, view.wallet),
    rewards: renderRewards(rendering, view.rewards),
    explanation: view.body.entries.map((entry) => explainEntry(rendering.reader, entry)),
  };
}

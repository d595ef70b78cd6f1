import type { RedemptionInput } from "../../../../contract/pos-v1/redemption.ts";
import { invariant } from "../../../../domain/invariant.ts";
import type { HoldCommand, OfflineRedemptionCommand } from "../../../../domain/ledger/command.ts";
import { ProblemError } from "../../../http/problem.ts";
import { type Snapshot, verifySnapshot } from "../../../snapshots/snapshot.ts";
import type { PosDesk } from "../desk.ts";
import { readAccount } from "../run-command.ts";

/** A till's clock may run ahead of ours by so much. */
const AHEAD_MS = 5 * 60_000;
/** Counters of a day are kept a little longer than that. */
const LATE_MS_MAX = 30 * 24 * 60 * 60_000;
const FIRST = { beyond_seq: null, order: "asc", limit: 1, types: null } as const;

/** What was handed out without a connection, checked: the snapshot is ours, of this member, and was good at that moment. */
export interface OfflineFacts {
  readonly snapshot: Snapshot;
  readonly handed_out_at_ms: number;
}

/** @throws ProblemError `snapshot_invalid` or `snapshot_expired` */
export async function offlineFacts(
  desk: PosDesk,
  offline: NonNullable<RedemptionInput["offline"]>,
  account: string,
): Promise<OfflineFacts> {
  const snapshot = await verifySnapshot(desk.parts.secrets.snapshotSeeds, desk.tenant, offline.snapshot);
  const signedFor = snapshot === null ? null : desk.ids.parseMember(snapshot.member);
  if (snapshot === null || signedFor === null || !(await isSame(desk, signedFor, account))) {
    throw new ProblemError("snapshot_invalid");
  }
  const handed_out_at_ms = Date.parse(offline.handed_out_at);
  const early = handed_out_at_ms < snapshot.iat * 1000 - AHEAD_MS;
  const late = handed_out_at_ms > snapshot.exp * 1000 || handed_out_at_ms < desk.now_ms - LATE_MS_MAX;
  if (early || late || handed_out_at_ms > desk.now_ms + AHEAD_MS) throw new ProblemError("snapshot_expired");
  return { snapshot, handed_out_at_ms };
}

/** A member who has gone up in another since is that other; asked only when the ids differ. */
async function isSame(desk: PosDesk, left: string, right: string): Promise<boolean> {
  if (left === right) return true;
  const living = await Promise.all(
    [left, right].map((one) => readAccount(desk, one, (client) => client.bookings(FIRST))),
  );
  return living[0]?.account === living[1]?.account;
}

export function offlineCommand(
  hold: HoldCommand,
  { snapshot, handed_out_at_ms }: OfflineFacts,
): OfflineRedemptionCommand {
  const { ask, lines, sale_total, card_no } = hold;
  invariant(!("issue" in ask), "an issued reward is not handed out without a connection");
  const { seq, iat, balances } = snapshot;
  const seen = { seq, issued_at_ms: iat * 1000, balances };
  return { type: "offline_redemption", ask, lines, sale_total, card_no, handed_out_at_ms, snapshot: seen };
}

import type { z } from "zod";
import type { issuedReward, issuedRewardAnswer } from "../../../../contract/pos-v1/issued-reward.ts";
import type { IssueView } from "../../../../domain/ledger/view.ts";
import type { Carried } from "../run-command.ts";
import { renderChange } from "./change.ts";
import { type Rendering } from "./reader.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireIssued = z.infer<typeof issuedReward>;

/** With what came with a gift, where that was read. */
export type ShownIssue = IssueView & { readonly message?: string | null };

/** What stands in every answer that gives a reward. */
type Done = Omit<z.infer<typeof issuedRewardAnswer>, "issued_reward">;

export function renderIssues(
  { desk, text }: Rendering,
  account: string,
  issues: readonly ShownIssue[] = [],
): WireIssued[] {
  return issues.map(({ seq, index, reward, name, origin, issued_at_ms, expires_on, held, message }) => ({
    object: "issued_reward",
    id: desk.ids.issue({ account, seq, index }),
    created_at: wireTime(issued_at_ms),
    reward,
    name: text(name),
    origin,
    expires_on,
    held,
    ...(message === undefined || message === null ? {} : { message }),
  }));
}

/** The reward that a booking issued, as it stood right after; null when it issued none. */
export function issuedBy(rendering: Rendering, { account, view }: Carried): WireIssued | null {
  const own = (view.issues ?? []).filter(({ seq }) => seq === view.body.seq);
  return renderIssues(rendering, account, own)[0] ?? null;
}

export function renderDone(rendering: Rendering, carried: Carried): Done {
  const { account, view } = carried;
  const { explanation, ...change } = renderChange(rendering, carried);
  return { ...change, issued_rewards: renderIssues(rendering, account, view.issues), explanation };
}

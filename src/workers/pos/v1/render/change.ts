import { explainGifts } from "../../../../domain/ledger/explain-gift.ts";
import { explainEntry } from "../../../../domain/ledger/explain.ts";
import type { Carried } from "../run-command.ts";
import { renderEntries } from "./entry.ts";
import type { Rendering } from "./reader.ts";
import { renderRewards, renderWallet } from "./wallet.ts";

/** What a booking changed, what the member has right after, and why: the part that every answer of a write has. */
export function renderChange(rendering: Rendering, { account, view }: Carried) {
  const { body, note } = view;
  return {
    entries: renderEntries(rendering, { account, body, note }),
    wallet: renderWallet(rendering, view.wallet),
    rewards: renderRewards(rendering, view.rewards),
    explanation: [
      ...body.entries.map((entry) => explainEntry(rendering.reader, entry)),
      ...explainGifts(rendering.reader, body),
    ],
  };
}

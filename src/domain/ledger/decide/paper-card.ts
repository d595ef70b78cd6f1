import type { CompiledProgram } from "../../program/compile.ts";
import { fail, ok } from "../../result.ts";
import type { Decision, PaperCardCommand } from "../command.ts";
import { metered, paperCardMeter } from "../meter.ts";
import type { AccountState } from "../state.ts";
import { decideAdjustment } from "./adjustment.ts";

/**
 * Decides to take a half-full paper card in: 1 … size − 1 stamps, once per member and stamp card, unless the owner has
 * switched it off. A full card is handed in for its reward instead.
 */
export function decidePaperCard(
  state: AccountState,
  { stamp_card, stamps, card_no }: PaperCardCommand,
  program: CompiledProgram,
  now_ms: number,
): Decision {
  if (!program.document.limits.paper_cards) return fail({ code: "paper_cards_off" });
  const card = program.document.stamp_cards.find(({ id }) => id === stamp_card);
  if (card === undefined) return fail({ code: "unit_unknown", unit: `stamps:${stamp_card}` });
  if (stamps >= card.size) return fail({ code: "paper_card_full", size: card.size });
  const meter = paperCardMeter(card.id);
  if (metered(state.meters ?? {}, meter, "") > 0) return fail({ code: "paper_card_taken" });
  const opening = { type: "opening", unit: `stamps:${card.id}`, delta: stamps, card_no } as const;
  const decided = decideAdjustment(state, opening, program, now_ms);
  if (!decided.ok) return decided;
  const meters = [{ meter, on: "", amount: 1 }];
  return ok(
    decided.value.map((draft) =>
      draft.event.type === "opening" ? { ...draft, event: { ...draft.event, paper_card: card.id, meters } } : draft,
    ),
  );
}

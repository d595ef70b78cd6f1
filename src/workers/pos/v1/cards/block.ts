import { createRoute, type z } from "@hono/zod-openapi";
import { blockInput, cardAnswer } from "../../../../contract/pos-v1/member.ts";
import { invariant } from "../../../../domain/invariant.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { memberOf, type PosDesk } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { renderCard } from "../render/member.ts";
import { type Carried, readAccount, runCommand } from "../run-command.ts";
import { resolveCard } from "./resolve-card.ts";

const route = createRoute({
  method: "post",
  path: "/v1/cards/block",
  operationId: "blockCard",
  tags: ["Members"],
  summary: "Block a card",
  description: "The card is refused from now on. The balance stays; link a new card to the member. Scope: members.",
  request: { body: jsonBody(blockInput) },
  responses: {
    200: json("The card is blocked.", cardAnswer),
    ...problems({ body: true, key: true, program: true }, ["card_unknown", "member_erased"]),
  },
  ...WRITES,
});

export function blockCard(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    const { account, cardNo } = await resolveCard(desk, input.card, key);
    const carried = await runCommand(
      desk,
      { account, card_no: null },
      {
        command: { type: "block_card", card_no: cardNo },
        body: { reason: input.reason, metadata: input.metadata, card_no: cardNo },
        operation: "card.block",
        key,
        staff: undefined,
        note: { reason: input.reason, metadata: input.metadata },
        at_ms: desk.now_ms,
      },
    );
    if (carried.replayed) c.header("idempotency-replayed", "true");
    const { body } = carried.view;
    invariant(body.type === "card_blocked", `a blocked card was answered with a ${body.type}`);
    return c.json(await renderCardAnswer(desk, carried, { card_no: body.card_no, state: "blocked" }), 200);
  });
}

/** A card that a call has just made or blocked. */
interface TouchedCard {
  readonly card_no: number;
  readonly state: "active" | "blocked";
  /** Absent when the call did not say it; then the registry knows. */
  readonly number?: string | null;
}

/** The card as it stood right after the call. */
export async function renderCardAnswer(
  desk: PosDesk,
  carried: Carried,
  touched: TouchedCard,
): Promise<z.infer<typeof cardAnswer>> {
  const { account } = carried;
  const { card_no, state } = touched;
  const programs = await desk.programsAt(desk.now_ms);
  const { value: view } = await readAccount(desk, account, (client) => client.wallet(programs));
  const known = view.cards.find((card) => card.card_no === card_no);
  const number = touched.number === undefined ? await numberOf(desk, account, card_no) : touched.number;
  const facts = known ?? { card_no, kind: "plastic" as const, issued_at_ms: carried.view.body.at_ms };
  const metadata = carried.view.note?.metadata ?? {};
  return { card: renderCard(desk, account, { ...facts, state, metadata }, number), member: memberOf(desk, account) };
}

async function numberOf(desk: PosDesk, account: string, card_no: number): Promise<string | null> {
  const member = await desk.registry().getMember(account);
  if (!member.ok) return null;
  return member.value.card_numbers.find((card) => card.card_no === card_no)?.number ?? null;
}

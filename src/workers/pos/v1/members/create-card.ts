import { createRoute } from "@hono/zod-openapi";
import { type CardInput, cardAnswer, cardInput } from "../../../../contract/pos-v1/member.ts";
import { invariant } from "../../../../domain/invariant.ts";
import { ProblemError } from "../../../http/problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { renderCardAnswer } from "../cards/block.ts";
import { resolveCard } from "../cards/resolve-card.ts";
import type { PosDesk } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { readAccount, runCommand } from "../run-command.ts";
import { cardNumberOf } from "./profile-input.ts";
import { registryProblem } from "./registry-problem.ts";
import { accountOf, memberParams } from "./retrieve.ts";

const route = createRoute({
  method: "post",
  path: "/v1/members/{id}/cards",
  operationId: "createCard",
  tags: ["Members"],
  summary: "Link or replace a card",
  description:
    "Gives the member another card: a plastic card by its number, or a new digital card. With `replaces` the old card is blocked; the balance stays. Scope: members.",
  request: { params: memberParams, body: jsonBody(cardInput) },
  responses: {
    201: json("The card is linked.", cardAnswer),
    ...problems({ body: true, key: true, program: true }, [
      "member_unknown",
      "member_erased",
      "card_unknown",
      "identifier_taken",
      "too_many_cards",
    ]),
  },
  ...WRITES,
});

export function createCard(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    const input = c.req.valid("json");
    const key = idempotencyKey(c);
    const account = await currentAccount(desk, accountOf(desk, c.req.valid("param").id));
    const number = input.number === undefined ? null : cardNumberOf(input.number, "number");
    const replaces = await replacedCard(desk, account, input, key);
    const linkedTo = number === null ? null : await linkedCard(desk, account, number);
    const carried = await runCommand(
      desk,
      { account, card_no: null },
      {
        command: { type: "issue_card", card_kind: input.kind, replaces },
        body: { ...input, number, replaces },
        operation: "card.create",
        key,
        staff: undefined,
        note: Object.keys(input.metadata).length === 0 ? null : { metadata: input.metadata },
        at_ms: desk.now_ms,
      },
    );
    const { body } = carried.view;
    invariant(body.type === "card_issued", `a new card was answered with a ${body.type}`);
    // A late retry must not take the number back from a newer card.
    if (number !== null && (linkedTo ?? 0) < body.card_no) await linkNumber(desk, account, number, body.card_no);
    if (carried.replayed) c.header("idempotency-replayed", "true");
    return c.json(await renderCardAnswer(desk, carried, { card_no: body.card_no, state: "active", number }), 201);
  });
}

async function currentAccount(desk: PosDesk, account: string): Promise<string> {
  const query = { beyond_seq: null, order: "asc", limit: 1, types: null } as const;
  return (await readAccount(desk, account, (client) => client.bookings(query))).account;
}

/** The card to replace must be this member's own. */
async function replacedCard(desk: PosDesk, account: string, input: CardInput, key: string): Promise<number | null> {
  if (input.replaces === undefined) return null;
  const card = await resolveCard(desk, input.replaces, key);
  if (card.account !== account) throw new ProblemError("card_unknown");
  return card.cardNo;
}

/**
 * The card of this account that the number leads to; null when it leads nowhere. Asked before the account issues the card,
 * so that a number of somebody else leaves no card behind.
 */
async function linkedCard(desk: PosDesk, account: string, number: string): Promise<number | null> {
  const found = await desk.registry().resolve({
    identifier: { kind: "card_number", value: number },
    configVersionKnown: desk.parts.config.config.version,
    now_ms: Date.now(),
  });
  const answer = found.ok ? found.value.identifier : null;
  if (answer?.outcome !== "found") return null;
  if (answer.account !== account) throw registryProblem({ code: "identifier_taken", kind: "card_number" });
  return answer.card_no;
}

async function linkNumber(desk: PosDesk, account: string, number: string, card_no: number): Promise<void> {
  const linked = await desk.registry().linkCardNumber({ account, number, card_no, now_ms: Date.now() });
  if (!linked.ok) throw registryProblem(linked.error);
}

import { createRoute } from "@hono/zod-openapi";
import { transferAnswer, transferInput } from "../../../../contract/pos-v1/transfer.ts";
import { invariant } from "../../../../domain/invariant.ts";
import { explainEntry } from "../../../../domain/ledger/explain.ts";
import { sumParts } from "../../../../domain/ledger/lot.ts";
import { deliver } from "../../../../durable/member-account/deliver.ts";
import { parcelOf } from "../../../../durable/member-account/estate.ts";
import { ProblemError } from "../../../http/problem.ts";
import { refusalProblem } from "../../../http/refusal-problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { requireRedeeming } from "../billing-gate.ts";
import { type PosDesk, tillActor } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { renderEntries } from "../render/entry.ts";
import { renderingOf } from "../render/reader.ts";
import { renderWallet } from "../render/wallet.ts";
import { resolveMember } from "../resolve-member.ts";
import { type Carried, readAccount, runCommand } from "../run-command.ts";
import { carrierOf } from "./merge-parts.ts";
import { accountOf, memberParams } from "./retrieve.ts";
import { wireTime } from "../../../http/wire-time.ts";

const route = createRoute({
  method: "post",
  path: "/v1/members/{id}/transfer",
  operationId: "transferPoints",
  tags: ["Members"],
  summary: "Give points to another member",
  description:
    "Moves points to another member with their dates, when the programme lets members do so. They stand reserved until they have arrived; what is cut off arrives by itself. Credit that was paid for never moves. Scope: members.",
  request: { params: memberParams, body: jsonBody(transferInput) },
  responses: {
    201: json("The points are the other member's.", transferAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "transfers_off",
      "transfer_same_member",
      "unit_unknown",
      "insufficient_balance",
      "redeeming_paused",
    ]),
  },
  ...WRITES,
});

const FIRST = { beyond_seq: null, order: "asc", limit: 1, types: null } as const;

export function transferPoints(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    requireRedeeming(desk);
    const { to, unit, amount, metadata } = c.req.valid("json");
    const key = idempotencyKey(c);
    const account = accountOf(desk, c.req.valid("param").id);
    const named = await resolveMember(desk, to, null);
    const living = (of: string) => readAccount(desk, of, (client) => client.bookings(FIRST));
    const [giver, receiver] = await Promise.all([living(account), living(named.account)]);
    if (giver.account === receiver.account) throw new ProblemError("transfer_same_member");
    const carried = await runCommand(
      desk,
      { account, card_no: null },
      {
        command: { type: "transfer", to: receiver.account, unit, amount, card_no: null },
        body: { to: named.account, unit, amount, metadata },
        operation: "member.transfer",
        key,
        staff: undefined,
        note: Object.keys(metadata).length === 0 ? null : { metadata },
        at_ms: desk.now_ms,
      },
    );
    await bring(desk, carried);
    if (carried.replayed) c.header("idempotency-replayed", "true");
    return c.json(await renderAnswer(desk, carried), 201);
  });
}

/** Brings what was sent; what fails here is brought by the giver's alarm, so the answer does not depend on it. */
async function bring(desk: PosDesk, { account, view }: Carried): Promise<void> {
  const parcel = parcelOf(view.body);
  if (!parcel.ok) throw refusalProblem(parcel.refusal, desk, false);
  const { programs: _programs, ...carrier } = carrierOf(desk, account, await desk.programsAt(desk.now_ms));
  const { outcome } = await deliver(carrier, parcel.value);
  if (outcome === "lost") return;
  const failed = outcome === "erased";
  await desk.account(account).confirmDelivery({ delivered: parcel.value.seq, failed, by: tillActor(desk) });
}

async function renderAnswer(desk: PosDesk, { account, view }: Carried) {
  const { body, note } = view;
  invariant(body.type === "transfer_sent", `a transfer was answered with a ${body.type}`);
  const rendering = await renderingOf(desk, body);
  return {
    object: "transfer" as const,
    created_at: wireTime(body.at_ms),
    from: desk.ids.member(account),
    to: desk.ids.member(body.to),
    unit: body.unit,
    amount: sumParts(body.parts),
    entries: renderEntries(rendering, { account, body, note }),
    wallet: renderWallet(rendering, view.wallet),
    explanation: body.entries.map((entry) => explainEntry(rendering.reader, entry)),
    metadata: note?.metadata ?? {},
  };
}

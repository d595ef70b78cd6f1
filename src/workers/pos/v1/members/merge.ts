import { createRoute } from "@hono/zod-openapi";
import { mergeAnswer, mergeInput } from "../../../../contract/pos-v1/merge.ts";
import { equalConstantTime } from "../../../../domain/tenancy/mac.ts";
import { deliver } from "../../../../durable/member-account/deliver.ts";
import type { Parcel } from "../../../../durable/member-account/estate.ts";
import type { ProgramPayloads } from "../../../../durable/member-account/protocol.ts";
import { ProblemError } from "../../../http/problem.ts";
import { refusalProblem } from "../../../http/refusal-problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { idemOf, type PosDesk, tillActor } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { resolveMember } from "../resolve-member.ts";
import { requestHash } from "../run-command.ts";
import { carrierOf, mergeToken, readSide, renderOutcome } from "./merge-parts.ts";
import { registryProblem } from "./registry-problem.ts";
import { accountOf, memberParams } from "./retrieve.ts";
import { wireTime } from "../../../http/wire-time.ts";

const route = createRoute({
  method: "post",
  path: "/v1/members/{id}/merge",
  operationId: "mergeMember",
  tags: ["Members"],
  summary: "Merge another member into this one",
  description:
    "Everything of the other member goes to the one in the path: balances with their dates, stamps, cards, phone number, address and the stricter consents. It needs the token of a preview and cannot be undone. Old ids and cards go on working. What is cut off is finished by itself; a retry under the same key answers the same. Scope: members.",
  request: { params: memberParams, body: jsonBody(mergeInput) },
  responses: {
    200: json("The two are one.", mergeAnswer),
    ...problems({ body: true, key: true, member: true, program: true }, [
      "merge_changed",
      "merge_same_member",
      "already_merged",
    ]),
  },
  ...WRITES,
});

export function mergeMember(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    const key = idempotencyKey(c);
    const { from, token } = c.req.valid("json");
    const programs = await desk.programsAt(desk.now_ms);
    const { account } = await resolveMember(desk, from, key);
    const into = await readSide(desk, accountOf(desk, c.req.valid("param").id), programs);
    const { parcel, replayed } = await handedOver(desk, { account, into: into.account, token, key }, programs);
    const rules = replayed ? await desk.programsAt(parcel.at_ms) : programs;
    const delivered = await deliver(carrierOf(desk, account, rules), parcel);
    if (delivered.outcome === "erased") throw new ProblemError("member_erased");
    if (delivered.outcome === "lost") throw new ProblemError("unavailable", { retryAfterSeconds: 1 });
    if (delivered.account !== into.account) throw new ProblemError("already_merged");
    const confirmed = await desk.account(account).confirmDelivery({ delivered: parcel.seq, by: tillActor(desk) });
    if (!confirmed.ok) throw refusalProblem(confirmed.refusal, desk, false);
    const { received } = delivered;
    const sides = { from: account, into: into.account, parcel, received };
    const outcome = await renderOutcome(desk, sides);
    if (replayed) c.header("idempotency-replayed", "true");
    return c.json({ object: "merge" as const, merged_at: wireTime(parcel.at_ms), ...outcome }, 200);
  });
}

interface Confirmation {
  readonly account: string;
  readonly into: string;
  readonly token: string;
  readonly key: string;
}

interface Handed {
  readonly parcel: Parcel;
  /** Whether it was handed over by an earlier call. */
  readonly replayed: boolean;
}

/** The account hands over what was shown, or has done so before: asking again changes nothing and answers the same. */
async function handedOver(
  desk: PosDesk,
  { account, into, token, key }: Confirmation,
  programs: ProgramPayloads,
): Promise<Handed> {
  const idem = idemOf(desk, key);
  const request_hash = requestHash("member.merge", account, { into, token });
  const step = { reason: "merge", by: tillActor(desk) } as const;
  const living = await desk.account(account).wallet(programs);
  if (!living.ok && living.refusal.code !== "account_moved") throw refusalProblem(living.refusal, desk, false);
  const seq = living.ok ? living.value.seq : 0;
  if (living.ok) await requireShown(desk, { account, into, token, key }, programs);
  const receiver = !living.ok && living.refusal.code === "account_moved" ? living.refusal.to : into;
  const handed = await desk.account(account).handOver({ receiver, ...step, confirmed: { idem, request_hash, seq } });
  if (!handed.ok) throw refusalProblem(handed.refusal, desk, false);
  if (handed.value.reason !== "merge") throw new ProblemError("already_merged");
  return { parcel: handed.value, replayed: !living.ok };
}

/** @throws ProblemError `merge_changed` unless both are as they were shown, and neither is on its way elsewhere */
async function requireShown(desk: PosDesk, wanted: Confirmation, programs: ProgramPayloads): Promise<void> {
  const { account, into, token } = wanted;
  if (account === into) throw new ProblemError("merge_same_member");
  const [from, stays] = await Promise.all([readSide(desk, account, programs), readSide(desk, into, programs)]);
  if (!equalConstantTime(token, mergeToken(desk, from, stays))) throw new ProblemError("merge_changed");
  const begun = await desk.registry().beginMerge({ from: account, into, now_ms: Date.now() });
  if (!begun.ok) throw registryProblem(begun.error);
}

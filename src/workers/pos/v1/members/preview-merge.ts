import { createRoute } from "@hono/zod-openapi";
import { mergePreview, mergePreviewInput } from "../../../../contract/pos-v1/merge.ts";
import { latestConsents, mergeProfiles } from "../../../../domain/tenancy/merge-profile.ts";
import { ProblemError } from "../../../http/problem.ts";
import { refusalProblem } from "../../../http/refusal-problem.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { resolveMember } from "../resolve-member.ts";
import { tillActor } from "../desk.ts";
import { mergeToken, readSide, renderOutcome } from "./merge-parts.ts";
import { accountOf, memberParams } from "./retrieve.ts";

const route = createRoute({
  method: "post",
  path: "/v1/members/{id}/merge/preview",
  operationId: "previewMerge",
  tags: ["Members"],
  summary: "Show what merging two members would do",
  description:
    "Shows what the member in the path would have if the other one went up in them: balances with their dates, cards, consents. Writes nothing and needs no key. Its token confirms the merge. Scope: members.",
  request: { params: memberParams, body: jsonBody(mergePreviewInput) },
  responses: {
    200: json("What would become of both.", mergePreview),
    ...problems({ body: true, member: true, program: true }, ["merge_same_member"]),
  },
});

export function previewMerge(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    const programs = await desk.programsAt(desk.now_ms);
    const named = await resolveMember(desk, c.req.valid("json").from, null);
    const [from, into] = await Promise.all([
      readSide(desk, named.account, programs),
      readSide(desk, accountOf(desk, c.req.valid("param").id), programs),
    ]);
    if (from.account === into.account) throw new ProblemError("merge_same_member");
    const step = { reason: "merge", by: tillActor(desk), preview: true } as const;
    const parcel = await desk.account(from.account).handOver({ receiver: into.account, ...step });
    if (!parcel.ok) throw refusalProblem(parcel.refusal, desk, false);
    const { estate } = parcel.value;
    const received = await desk.account(into.account).receive({ from: from.account, estate, programs, ...step });
    if (!received.ok) throw refusalProblem(received.refusal, desk, false);
    const sides = { from: from.account, into: into.account, parcel: parcel.value, received: received.value };
    const { consents } = mergeProfiles(into.record.profile, from.record.profile, desk.now_ms);
    return c.json(
      {
        object: "merge_preview" as const,
        token: mergeToken(desk, from, into),
        ...(await renderOutcome(desk, sides)),
        released_redemptions: from.view.open_holds,
        consents: [...latestConsents(consents).values()].map(({ purpose, granted }) => ({ purpose, granted })),
      },
      200,
    );
  });
}

import { createRoute } from "@hono/zod-openapi";
import { type MemberPatch, member, memberPatch } from "../../../../contract/pos-v1/member.ts";
import type { ProfileChanges } from "../../../../durable/merchant-registry/protocol.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import type { PosDesk } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { renderMember } from "../render/member.ts";
import { readAccount, requestHash } from "../run-command.ts";
import { giveAutomatic, isComplete } from "./give-automatic.ts";
import { consentsOf, contactOf } from "./profile-input.ts";
import { registryProblem } from "./registry-problem.ts";
import { accountOf, memberParams } from "./retrieve.ts";
import { tellBirthday } from "./tell-birthday.ts";

const route = createRoute({
  method: "patch",
  path: "/v1/members/{id}",
  operationId: "updateMember",
  tags: ["Members"],
  summary: "Change a member",
  description: "An absent field stays, null clears. Consents are added to those on record. Scope: members.",
  request: { params: memberParams, body: jsonBody(memberPatch) },
  responses: {
    200: json("The member after the change.", member),
    ...problems({ body: true, key: true, program: true }, ["member_unknown", "member_erased", "identifier_taken"]),
  },
  ...WRITES,
});

export function updateMember(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    const patch = c.req.valid("json");
    const key = idempotencyKey(c);
    const named = accountOf(desk, c.req.valid("param").id);
    const { account } = await readAccount(desk, named, (client) =>
      client.bookings({ beyond_seq: null, order: "asc", limit: 1, types: null }),
    );
    const written = await desk.registry().updateMember({
      account,
      idem: { scope: desk.parts.till.id, key, requestHash: requestHash("member.update", account, patch) },
      changes: changesOf(desk, patch),
      now_ms: Date.now(),
    });
    if (!written.ok) throw registryProblem(written.error);
    const { member: changed, replayed } = written.value;
    // A retry may come after a later change; what it finds untold is told when the member is next read.
    if (patch.birthday !== undefined && !replayed) await tellBirthday(desk, account, changed.profile.birthday);
    if (completes(patch) && isComplete(changed.profile)) await giveAutomatic(desk, account, "profile", desk.now_ms);
    if (replayed) c.header("idempotency-replayed", "true");
    return c.json(renderMember(desk, changed), 200);
  });
}

/** Whether a change may be what a profile still lacked. */
function completes({ name, email, phone, birthday }: MemberPatch): boolean {
  return [name, email, phone, birthday].some((field) => typeof field === "string");
}

function changesOf(desk: PosDesk, patch: MemberPatch): ProfileChanges {
  const { name, birthday, locale, external_id, metadata, consents } = patch;
  return {
    ...contactOf(desk, patch),
    ...(name === undefined ? {} : { name }),
    ...(birthday === undefined ? {} : { birthday }),
    ...(locale === undefined ? {} : { locale }),
    ...(external_id === undefined ? {} : { external_id }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(consents === undefined ? {} : { consents: consentsOf(desk, consents) }),
  };
}

import { createRoute, z } from "@hono/zod-openapi";
import { listQuery } from "../../../../contract/pos-v1/common.ts";
import { memberPage } from "../../../../contract/pos-v1/member.ts";
import { normaliseIdentifier } from "../../../../domain/tenancy/identifier.ts";
import type { ListQuery } from "../../../../durable/merchant-registry/protocol.ts";
import { validationProblem } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import type { PosDesk } from "../desk.ts";
import { json, problems } from "../openapi.ts";
import { renderMember } from "../render/member.ts";
import { registryProblem } from "./registry-problem.ts";

const query = listQuery
  .extend({
    phone: z.string().max(40).optional().meta({ description: "Only the member with this phone number." }),
    email: z.string().max(254).optional().meta({ description: "Only the member with this address." }),
    external_id: z.string().max(128).optional().meta({ description: "Only the member with this id of yours." }),
  })
  .refine(
    (value) => [value.phone, value.email, value.external_id].filter((item) => item !== undefined).length <= 1,
    "filter by one field at most",
  );

const route = createRoute({
  method: "get",
  path: "/v1/members",
  operationId: "listMembers",
  tags: ["Members"],
  summary: "List members",
  description: "Profiles, newest first unless told. Balances are with each member. Scope: read or members.",
  request: { query },
  responses: { 200: json("A page of members.", memberPage), ...problems({}) },
});

export function listMembers(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "members");
    const { limit, order, cursor, ...wanted } = c.req.valid("query");
    const filter = filterOf(desk, wanted);
    const listed = await desk.registry().listMembers({
      limit,
      order,
      ...(cursor === undefined ? {} : { cursor }),
      ...(filter === null ? {} : { filter }),
    });
    if (!listed.ok) throw registryProblem(listed.error);
    const data = listed.value.members.map((record) => renderMember(desk, record));
    return c.json({ data, next_cursor: listed.value.next_cursor }, 200);
  });
}

type Wanted = { readonly [Kind in "phone" | "email" | "external_id"]?: string | undefined };

function filterOf(desk: PosDesk, wanted: Wanted): NonNullable<ListQuery["filter"]> | null {
  for (const kind of ["phone", "email", "external_id"] as const) {
    const text = wanted[kind];
    if (text === undefined) continue;
    const identifier = normaliseIdentifier(kind, text, desk.parts.location.country);
    if (identifier === null) throw validationProblem([{ path: kind, message: "cannot be one" }]);
    return { kind, value: identifier.value };
  }
  return null;
}

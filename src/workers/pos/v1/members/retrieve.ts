import { createRoute, z } from "@hono/zod-openapi";
import { memberAnswer } from "../../../../contract/pos-v1/member.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import type { PosDesk } from "../desk.ts";
import { json, problems } from "../openapi.ts";
import { readMember } from "./read-member.ts";

export const memberParams = z.strictObject({
  id: z.string().meta({ description: "The member's id.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
});

/** @throws ProblemError `member_unknown` for an id that is not of this merchant and mode */
export function accountOf(desk: PosDesk, id: string): string {
  const account = desk.ids.parseMember(id);
  if (account === null) throw new ProblemError("member_unknown");
  return account;
}

const route = createRoute({
  method: "get",
  path: "/v1/members/{id}",
  operationId: "getMember",
  tags: ["Members"],
  summary: "Read a member",
  description: "Profile, cards, balances and rewards. Scope: read or members.",
  request: { params: memberParams },
  responses: {
    200: json("The member.", memberAnswer),
    ...problems({ program: true }, ["member_unknown", "member_erased"]),
  },
});

export function getMember(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "members");
    return c.json(await readMember(desk, accountOf(desk, c.req.valid("param").id)), 200);
  });
}

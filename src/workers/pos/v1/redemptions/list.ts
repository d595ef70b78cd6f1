import { createRoute, z } from "@hono/zod-openapi";
import { listQuery } from "../../../../contract/pos-v1/common.ts";
import { redemptionPage } from "../../../../contract/pos-v1/redemption.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { json, problems } from "../openapi.ts";
import { renderingAt } from "../render/reader.ts";
import { readAccount } from "../run-command.ts";
import { renderRedemption } from "./render.ts";

const query = listQuery.extend({
  member: z.string().max(64).meta({ description: "Id of the member.", example: "mem_mpbffy96dbrqnwne8yv2mfm9" }),
});

const route = createRoute({
  method: "get",
  path: "/v1/redemptions",
  operationId: "listRedemptions",
  tags: ["Redemptions"],
  summary: "List a member's redemptions",
  description: "A member's redemptions, newest first unless told. Scope: read or redeem.",
  request: { query },
  responses: { 200: json("A page of redemptions.", redemptionPage), ...problems({ member: true }) },
});

export function listRedemptions(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "redeem");
    const { member, limit, order, cursor } = c.req.valid("query");
    const start = desk.ids.parseMember(member);
    if (start === null) throw new ProblemError("member_unknown");
    const [beyond_seq = null] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const { account, value: rows } = await readAccount(desk, start, (client) =>
      client.stories({ beyond_seq, order, limit: limit + 1, types: ["hold", "offline_redemption"] }),
    );
    const rendering = await renderingAt(desk, desk.now_ms);
    const shown = rows.slice(0, limit);
    const data = shown.map(({ body, note, hold_end: end, hold_expires_at_ms: expires_at_ms }) =>
      renderRedemption(rendering, { account, body, note, end, expires_at_ms }),
    );
    const last = shown.at(-1);
    const next_cursor = rows.length > limit && last !== undefined ? encodeCursor(last.body.seq) : null;
    return c.json({ data, next_cursor }, 200);
  });
}

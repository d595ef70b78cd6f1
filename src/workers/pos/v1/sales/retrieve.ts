import { createRoute, z } from "@hono/zod-openapi";
import { sale } from "../../../../contract/pos-v1/sale.ts";
import type { BookingBody } from "../../../../domain/ledger/booking.ts";
import type { BookingRef } from "../../../../domain/tenancy/ids.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import type { PosDesk } from "../desk.ts";
import { json, problems } from "../openapi.ts";
import { renderingOf } from "../render/reader.ts";
import { renderSale } from "../render/sale.ts";
import { readAccount, readBooking } from "../run-command.ts";

const params = z.strictObject({
  id: z.string().meta({ description: "The sale's id.", example: "sal_mpbffy96dbrqnwne21vjmy2ms" }),
});

const route = createRoute({
  method: "get",
  path: "/v1/sales/{id}",
  operationId: "getSale",
  tags: ["Sales"],
  summary: "Read a sale",
  description: "The sale as it was booked, with what came back of it since. Scope: read or sell.",
  request: { params },
  responses: { 200: json("The sale.", sale), ...problems({}, ["sale_unknown", "member_erased"]) },
});

export function getSale(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "sell");
    const ref = desk.ids.parseBooking("sal", c.req.valid("param").id);
    if (ref === null) throw new ProblemError("sale_unknown");
    const { owner, story } = await readBooking(desk, ref);
    if (story === null || story.body.type !== "sale") throw new ProblemError("sale_unknown");
    const last = (await returnSince(desk, ref, owner)) ?? story.returns.at(-1)?.body;
    const last_return = last?.type === "return" ? last : null;
    const rendering = await renderingOf(desk, story.body);
    return c.json(
      renderSale(rendering, {
        account: ref.account,
        owner,
        body: story.body,
        note: story.note,
        last_return,
        preview: false,
      }),
      200,
    );
  });
}

/** What came back after the sale's account went up in another; null when it has not, or nothing did. */
async function returnSince(desk: PosDesk, { account, seq }: BookingRef, owner: string): Promise<BookingBody | null> {
  if (owner === account) return null;
  const read = await readAccount(desk, owner, (client) => client.foreignReturn({ origin: account, seq }));
  return read.value?.body ?? null;
}

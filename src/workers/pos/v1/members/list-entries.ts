import { createRoute } from "@hono/zod-openapi";
import { listQuery } from "../../../../contract/pos-v1/common.ts";
import { entryPage } from "../../../../contract/pos-v1/member.ts";
import type { StoredBooking } from "../../../../durable/member-account/protocol.ts";
import type { PosApp } from "../app.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { PosDesk } from "../desk.ts";
import { json, problems } from "../openapi.ts";
import { renderEntries, type WireEntry } from "../render/entry.ts";
import { type Rendering, renderingAt } from "../render/reader.ts";
import { readAccount } from "../run-command.ts";
import { accountOf, memberParams } from "./retrieve.ts";

/** Bookings read per call of the account; most have one to four entries. */
const BOOKINGS_PAGE = 100;

const route = createRoute({
  method: "get",
  path: "/v1/members/{id}/entries",
  operationId: "listEntries",
  tags: ["Members"],
  summary: "Read a member's ledger",
  description: "Every change of every balance with its explanation, newest first unless told. Scope: read or members.",
  request: { params: memberParams, query: listQuery },
  responses: {
    200: json("A page of entries.", entryPage),
    ...problems({ program: true }, ["member_unknown", "member_erased"]),
  },
});

/** An entry's place in the ledger. */
interface Place {
  readonly seq: number;
  readonly index: number;
}

export function listEntries(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("read", "members");
    const { limit, order, cursor } = c.req.valid("query");
    const account = accountOf(desk, c.req.valid("param").id);
    const [seq = null, index = 0] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const after = seq === null ? null : { seq, index };
    const found = await collect(desk, account, { limit: limit + 1, order, after });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next_cursor =
      found.length > limit && last !== undefined ? encodeCursor(last.place.seq, last.place.index) : null;
    return c.json({ data: shown.map(({ entry }) => entry), next_cursor }, 200);
  });
}

interface Placed {
  readonly place: Place;
  readonly entry: WireEntry;
}

interface Wanted {
  readonly limit: number;
  readonly order: "asc" | "desc";
  readonly after: Place | null;
}

/** Reads bookings until there are enough entries; bookings without entries are passed over. */
async function collect(desk: PosDesk, account: string, { limit, order, after }: Wanted): Promise<Placed[]> {
  const rendering = await renderingAt(desk, desk.now_ms);
  const found: Placed[] = [];
  // The booking of the cursor is read again, because a page may end in the middle of it.
  let beyond_seq = after === null ? null : order === "desc" ? after.seq + 1 : after.seq - 1;
  for (;;) {
    const query = { beyond_seq, order, limit: BOOKINGS_PAGE, types: null };
    const { account: current, value: rows } = await readAccount(desk, account, (client) => client.bookings(query));
    for (const row of rows)
      found.push(...placed(rendering, current, row, order).filter(({ place }) => isBeyond(place, after, order)));
    const last = rows.at(-1);
    if (last === undefined || rows.length < BOOKINGS_PAGE || found.length >= limit) return found.slice(0, limit);
    beyond_seq = last.body.seq;
  }
}

function placed(rendering: Rendering, account: string, row: StoredBooking, order: "asc" | "desc"): Placed[] {
  const entries = renderEntries(rendering, { account, ...row });
  const all = entries.map((entry, index) => ({ place: { seq: row.body.seq, index }, entry }));
  return order === "asc" ? all : all.reverse();
}

function isBeyond(place: Place, after: Place | null, order: "asc" | "desc"): boolean {
  if (after === null) return true;
  const difference = place.seq - after.seq || place.index - after.index;
  return order === "asc" ? difference > 0 : difference < 0;
}

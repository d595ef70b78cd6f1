import { createRoute, z } from "@hono/zod-openapi";
import { memberExport } from "../../../../contract/pos-v1/member-export.ts";
import type { BookingBody, BookingNote } from "../../../../domain/ledger/booking.ts";
import type { PosApp } from "../app.ts";
import type { PosDesk } from "../desk.ts";
import { json, problems } from "../openapi.ts";
import { renderEntries } from "../render/entry.ts";
import { type Rendering, renderingAt } from "../render/reader.ts";
import { accountsOfPerson } from "./absorbed-accounts.ts";
import { exportCsv } from "./export-csv.ts";
import { readMember } from "./read-member.ts";
import { registryProblem } from "./registry-problem.ts";
import { accountOf, memberParams } from "./retrieve.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type MemberExport = z.infer<typeof memberExport>;

const route = createRoute({
  method: "get",
  path: "/v1/members/{id}/export",
  operationId: "exportMember",
  tags: ["Members"],
  summary: "Export everything about a member",
  description:
    "Profile, identifiers, every consent, cards, lots and the whole ledger, those of merged cards and collected receipts included. As JSON, or as CSV for a spreadsheet with `Accept: text/csv`. Scope: members.",
  request: { params: memberParams },
  responses: {
    200: {
      description: "Everything.",
      content: { ...json("Everything.", memberExport).content, "text/csv": { schema: z.string() } },
    },
    ...problems({ program: true }, ["member_unknown", "member_erased"]),
  },
});

export function exportMember(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    const all = await readEverything(desk, accountOf(desk, c.req.valid("param").id));
    c.header("cache-control", "no-store");
    if (c.req.header("accept")?.startsWith("text/csv") !== true) return c.json(all, 200);
    const headers = {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${all.member.id}.csv"`,
    };
    return c.text(exportCsv(all), 200, headers);
  });
}

async function readEverything(desk: PosDesk, named: string): Promise<MemberExport> {
  const { member, cards } = await readMember(desk, named);
  const account = accountOf(desk, member.id);
  const [record, identifiers, view, accounts, rendering] = await Promise.all([
    desk.registry().getMember(account),
    desk.registry().identifiersOf(account),
    desk.account(account).lots(),
    accountsOfPerson(desk, account),
    renderingAt(desk, desk.now_ms),
  ]);
  if (!record.ok) throw registryProblem(record.error);
  if (!identifiers.ok) throw registryProblem(identifiers.error);
  const bookings = [];
  for (const one of accounts) bookings.push(...(await ledgerOf(desk, rendering, one)));
  const byTime = (left: { created_at: string }, right: { created_at: string }) =>
    left.created_at < right.created_at ? -1 : left.created_at > right.created_at ? 1 : 0;
  return {
    object: "member_export",
    exported_at: wireTime(desk.now_ms),
    member,
    identifiers: [...identifiers.value],
    consents: record.value.profile.consents.map(({ at_ms, ...consent }) => ({ ...consent, at: wireTime(at_ms) })),
    cards,
    lots: [...view],
    bookings: bookings.sort(byTime),
  };
}

async function ledgerOf(desk: PosDesk, rendering: Rendering, account: string): Promise<MemberExport["bookings"]> {
  const found: MemberExport["bookings"] = [];
  for (let after_seq = 0; ;) {
    const { rows } = await desk.account(account).chain(after_seq);
    found.push(...rows.map((row) => bookingOf(rendering, account, row)));
    const last = rows.at(-1);
    if (last === undefined) return found;
    after_seq = last.seq;
  }
}

function bookingOf(
  rendering: Rendering,
  account: string,
  row: { readonly body: string; readonly note: string | null },
): MemberExport["bookings"][number] {
  const body: BookingBody = JSON.parse(row.body);
  const note: BookingNote | null = row.note === null ? null : JSON.parse(row.note);
  const { v: _v, seq: _seq, at_ms, by, type, entries: _entries, request_hash: _hash, ...rest } = body;
  const { note_digest: _digest, ...details } = rest;
  return {
    created_at: wireTime(at_ms),
    type,
    location: by.kind === "till" ? by.location : null,
    till: by.kind === "till" ? by.till : null,
    entries: renderEntries(rendering, { account, body, note }),
    reason: note?.reason ?? null,
    metadata: note?.metadata ?? {},
    details,
  };
}

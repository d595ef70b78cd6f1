import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  ACTIVITY_TYPES,
  activityList,
  auditList,
  budgets,
  flag,
  flagChange,
  flagList,
  insightsHealth,
  mode,
  totals,
} from "../../contract/dashboard-v1/insights.ts";
import { localDate } from "../../contract/pos-v1/common.ts";
import { FLAG_STATES } from "../../domain/insights/flag.ts";
import { type CardRef, IdCodec } from "../../domain/tenancy/ids.ts";
import type { Mode } from "../../domain/tenancy/merchant.ts";
import { InsightsClient } from "../../durable/merchant-insights/client.ts";
import { FEED_TYPES, type FlagView } from "../../durable/merchant-insights/protocol.ts";
import type { DashboardApp } from "../dashboard/app.ts";
import { json, jsonBody, merchantPath, problems, thingPath } from "../dashboard/openapi.ts";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError, validationProblem } from "../http/problem.ts";
import { readSecrets } from "../secrets.ts";
import { deskOfMerchant } from "../card/member-desk.ts";
import { blockCards } from "./block-cards.ts";
import { auditWho, mayJudge, requireLook } from "./access.ts";
import { decodePlace, encodePlace } from "./cursor.ts";
import { renderActivity, renderAudit, renderFlag, renderHealth, renderTotals } from "./render.ts";

/** Days that one answer may cover. */
const DAYS_MAX = 400;
const DAY_MS = 86_400_000;
/** Before any booking, and after any. */
const [EVER, FOREVER] = ["0000-01-01", "9999-12-31"];

const location = z
  .string()
  .max(64)
  .optional()
  .meta({ description: "Only this location; a manager names one of theirs." });
const page = {
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(50),
  cursor: z.string().max(300).optional(),
};
const tags = ["Insights"];

const feedRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/feed",
  operationId: "listActivity",
  tags,
  summary: "See what happens",
  description: "Bookings of all cards, newest first, about a second after they are made.",
  request: {
    params: merchantPath,
    query: z.strictObject({
      mode,
      location,
      member: z.string().max(64).optional().meta({ description: "Only this member." }),
      type: z.enum(ACTIVITY_TYPES).optional(),
      ...page,
    }),
  },
  responses: { 200: json("A page of the feed.", activityList), ...problems({ for: "merchant" }, ["member_unknown"]) },
});

const totalsRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/totals",
  operationId: "readTotals",
  tags,
  summary: "Read a range of days",
  description: `Per day and location, and in sum; at most ${DAYS_MAX} days.`,
  request: {
    params: merchantPath,
    query: z.strictObject({ mode, location, from: localDate, to: localDate }),
  },
  responses: { 200: json("The days.", totals), ...problems({ for: "merchant" }) },
});

const budgetsRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/budgets",
  operationId: "listBudgets",
  tags,
  summary: "See what promotions have given of their budget",
  description: "Of every promotion with a budget that gave something, some seconds after its sales.",
  request: { params: merchantPath, query: z.strictObject({ mode }) },
  responses: { 200: json("The budgets.", budgets), ...problems({ for: "merchant" }) },
});

const flagsRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/flags",
  operationId: "listFlags",
  tags,
  summary: "List what looks wrong",
  description: "Newest first. A manager sees those of their own locations, so a page may be short before the end.",
  request: {
    params: merchantPath,
    query: z.strictObject({ mode, state: z.enum(FLAG_STATES).optional(), ...page }),
  },
  responses: { 200: json("A page of flags.", flagList), ...problems({ for: "merchant" }) },
});

const resolveRoute = createRoute({
  method: "patch",
  path: "/api/merchants/{merchant}/insights/flags/{id}",
  operationId: "resolveFlag",
  tags,
  summary: "Decide about a flag",
  description:
    "A person decides, never the system; who did stands in the audit log. `blocked` blocks the card that a flag is about; where it is about several members, nobody's card is blocked.",
  request: { params: thingPath, query: z.strictObject({ mode }), body: jsonBody(flagChange) },
  responses: { 200: json("The flag.", flag), ...problems({ for: "merchant", changes: true }) },
});

const auditRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/audit",
  operationId: "listAudit",
  tags,
  summary: "See who did what",
  request: { params: merchantPath, query: z.strictObject({ mode, location, ...page }) },
  responses: { 200: json("A page of the audit log, newest first.", auditList), ...problems({ for: "merchant" }) },
});

const healthRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/insights/health",
  operationId: "readInsightsHealth",
  tags,
  summary: "Whether insights are complete",
  request: { params: merchantPath, query: z.strictObject({ mode }) },
  responses: { 200: json("How it went so far.", insightsHealth), ...problems({ for: "merchant" }) },
});

const rebuildRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/insights/rebuild",
  operationId: "rebuildInsights",
  tags,
  summary: "Build insights again from the cards",
  description: "Beside what is there, which can be read meanwhile.",
  request: { params: merchantPath, query: z.strictObject({ mode }) },
  responses: {
    202: json("It has started, or is under way.", insightsHealth),
    ...problems({ for: "merchant", changes: true }),
  },
});

/** What a merchant reads about all cards together. */
export function insightsRoutes(app: DashboardApp): void {
  app.openapi(feedRoute, async (c) => {
    const query = c.req.valid("query");
    const { insights, ids } = openInsights(c, query.mode);
    requireLook(c.var.desk.actor, query.location ?? null);
    const account = query.member === undefined ? null : ids.parseMember(query.member);
    if (query.member !== undefined && account === null) throw new ProblemError("member_unknown");
    const found = await insights.feed({
      before: decodePlace(query.cursor)?.place ?? null,
      limit: query.limit,
      account,
      location: query.location ?? null,
      types: query.type === undefined ? FEED_TYPES : [query.type],
    });
    const data = found.items.flatMap((item) => renderActivity(ids, item) ?? []);
    return c.json({ data, next_cursor: found.next === null ? null : encodePlace(found.next, "") }, 200);
  });
  app.openapi(totalsRoute, async (c) => {
    const query = c.req.valid("query");
    const { insights } = openInsights(c, query.mode);
    requireLook(c.var.desk.actor, query.location ?? null);
    checkRange(query.from, query.to);
    const { from, to, location: at = null } = query;
    const found = await insights.totals({ from, to_day: to, location: at });
    const ever = at === null ? await insights.totals({ from: EVER, to_day: FOREVER, location: null }) : null;
    return c.json(renderTotals(found, { from, to }, ever), 200);
  });
  app.openapi(budgetsRoute, async (c) => {
    const { insights } = openInsights(c, c.req.valid("query").mode);
    requireLook(c.var.desk.actor, null);
    const data = (await insights.budgets()).map((row) => ({ object: "promotion_budget" as const, ...row }));
    return c.json({ data }, 200);
  });
  app.openapi(flagsRoute, async (c) => {
    const query = c.req.valid("query");
    const { insights, ids } = openInsights(c, query.mode);
    const cursor = decodePlace(query.cursor);
    const behind = cursor === null ? null : { opened_at_ms: cursor.place, id: cursor.id };
    const found = await insights.flags({ state: query.state ?? null, behind, limit: query.limit });
    const data = found.flags.filter(({ evidence }) => mayJudge(c.var.desk.actor, evidence));
    const next = found.next === null ? null : encodePlace(found.next.opened_at_ms, found.next.id);
    return c.json({ data: data.map((one) => renderFlag(ids, one)), next_cursor: next }, 200);
  });
  app.openapi(resolveRoute, async (c) => {
    const { insights, ids } = openInsights(c, c.req.valid("query").mode);
    const { actor, ports } = c.var.desk;
    const known = await insights.flag(c.req.valid("param").id);
    if (known === null) throw new ProblemError("resource_unknown");
    if (!mayJudge(actor, known.evidence)) throw new ProblemError("role_missing");
    const by = auditWho(actor, known.evidence[0]?.location ?? null);
    const { state } = c.req.valid("json");
    // Blocked first, decided after: cut off between the two, the flag is still open and can be decided again.
    const blocked = state === "blocked" ? await blockedWith(c, c.req.valid("query").mode, known) : [];
    const blocked_cards = blocked.map(({ account, cardNo }) => ({ account, card_no: cardNo }));
    const resolved = await insights.resolveFlag({ id: known.id, state, by, at_ms: ports.now_ms(), blocked_cards });
    if (resolved === null) throw new ProblemError("resource_unknown");
    return c.json(renderFlag(ids, resolved), 200);
  });
  app.openapi(auditRoute, async (c) => {
    const query = c.req.valid("query");
    const { insights } = openInsights(c, query.mode);
    requireLook(c.var.desk.actor, query.location ?? null);
    const before = decodePlace(query.cursor)?.place ?? null;
    const found = await insights.audit({ before, location: query.location ?? null, limit: query.limit });
    const next_cursor = found.next === null ? null : encodePlace(found.next, "");
    return c.json({ data: found.entries.map(renderAudit), next_cursor }, 200);
  });
  app.openapi(healthRoute, async (c) => {
    const { insights } = openInsights(c, c.req.valid("query").mode);
    requireLook(c.var.desk.actor, null);
    return c.json(renderHealth(await insights.health()), 200);
  });
  app.openapi(rebuildRoute, async (c) => {
    const { insights } = openInsights(c, c.req.valid("query").mode);
    const { actor, ports } = c.var.desk;
    requireLook(actor, null);
    await insights.startWalk("rebuild");
    await insights.appendAudit([
      { ...auditWho(actor, null), action: "insights.rebuilt", subject: null, at_ms: ports.now_ms() },
    ]);
    return c.json(renderHealth(await insights.health()), 202);
  });
}

/** The insights of the merchant in the path, and the codec of its ids. */
export function openInsights(
  c: Context<AppEnv>,
  wanted: Mode,
): { readonly insights: InsightsClient; readonly ids: IdCodec } {
  const tenant = { mode: wanted, merchant: c.req.param("merchant") ?? "" };
  return {
    insights: new InsightsClient(c.env.MERCHANT_INSIGHTS, tenant),
    ids: new IdCodec(readSecrets(c.env).idMac, tenant),
  };
}

async function blockedWith(c: Context<AppEnv>, wanted: Mode, flagged: FlagView): Promise<CardRef[]> {
  const desk = await deskOfMerchant(c.env, { mode: wanted, merchant: c.req.param("merchant") ?? "" });
  return desk === null ? [] : blockCards(desk, flagged);
}

function checkRange(from: string, to: string): void {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days >= 1 && days <= DAYS_MAX) return;
  throw validationProblem([{ path: "to", message: `must be from 0 to ${DAYS_MAX - 1} days after from` }]);
}

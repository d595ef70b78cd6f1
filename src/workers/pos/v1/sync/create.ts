import { createRoute, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ErrorCode } from "../../../../contract/error-codes.ts";
import { type Problem, problem } from "../../../../contract/pos-v1/common.ts";
import { type SyncCall, type SyncItem, syncAnswer, syncInput } from "../../../../contract/pos-v1/sync.ts";
import type { AppEnv } from "../../../hono-env.ts";
import { problemBody } from "../../../http/on-error.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { type MadeKind, NAMED_BY_PATH, resolveReferences, type ResolvedItem } from "./references.ts";

type SyncResult = z.infer<typeof syncAnswer>["data"][number];

const route = createRoute({
  method: "post",
  path: "/v1/sync",
  operationId: "sync",
  tags: ["Sales"],
  summary: "Send what was queued offline",
  description:
    "Carries out up to 100 calls in order, each under its own key and with the scopes it needs, and answers what became of each. Sending the same batch again changes nothing. When something cannot be reached, that item and all behind it answer `retry`, so that the order holds. The body may hold 1 MiB.",
  request: { body: jsonBody(syncInput) },
  responses: { 200: json("What became of each item.", syncAnswer), ...problems({ body: true }) },
});

export function sync(app: PosApp): void {
  app.openapi(route, async (c) => {
    const { items } = c.req.valid("json");
    const made = { member: new Map(), redemption: new Map(), issued_reward: new Map() };
    const data: SyncResult[] = [];
    let cutOff = false;
    for (const item of items) {
      const result = cutOff ? notTried(c, item) : await carryItem(app, c, item, made);
      if (result.status === "retry" && result.problem !== null && CUTS_OFF.includes(result.problem.status))
        cutOff = true;
      data.push(result);
    }
    return c.json({ data }, 200);
  });
}

/** Answers after which nothing later may overtake: the item may or may not have been booked. */
const CUTS_OFF: readonly number[] = [429, 500, 503];

const PATHS: Readonly<Record<SyncCall, (id: string) => string>> = {
  createMember: () => "/v1/members",
  createSale: () => "/v1/sales",
  createReturn: () => "/v1/returns",
  createClaim: () => "/v1/claims",
  createRedemption: () => "/v1/redemptions",
  captureRedemption: (id) => `/v1/redemptions/${id}/capture`,
  cancelRedemption: (id) => `/v1/redemptions/${id}/cancel`,
  createAdjustment: () => "/v1/adjustments",
  takePaperCard: () => "/v1/paper-cards",
  createGift: () => "/v1/gifts",
  createAction: () => "/v1/actions",
  createIssuedReward: () => "/v1/issued-rewards",
  cancelIssuedReward: (id) => `/v1/issued-rewards/${id}/cancel`,
  transferPoints: (id) => `/v1/members/${id}/transfer`,
  blockCard: () => "/v1/cards/block",
};

/** What an id that no path can hold is answered, by what the path names. */
const UNKNOWN: Readonly<Record<MadeKind, ErrorCode>> = {
  member: "member_unknown",
  redemption: "redemption_unknown",
  issued_reward: "issued_reward_unknown",
};

/** What resolves or takes back is named by its path alone. */
const BODILESS: ReadonlySet<SyncCall> = new Set(["captureRedemption", "cancelRedemption", "cancelIssuedReward"]);

type Made = Readonly<Record<MadeKind, Map<string, string>>>;

/** Each item goes through the same door as a call of its own, so that it is checked, booked and answered alike. */
async function carryItem(app: PosApp, c: Context<AppEnv>, item: SyncItem, made: Made): Promise<SyncResult> {
  const resolved = resolveReferences(item, made);
  if (!resolved.ok) {
    const detail = `No earlier item of this batch made anything under the key ${resolved.error}.`;
    return invalid(c, item, detail);
  }
  const named = NAMED_BY_PATH[item.call];
  if (named !== undefined) {
    const { id } = resolved.value;
    if (id === null) return invalid(c, item, `${item.call} needs an id.`);
    if (!isSegment(id)) return failed(item, problemBody(new ProblemError(UNKNOWN[named]), c.var.requestId));
  }
  const answer = await app.fetch(requestOf(c, item, resolved.value), c.env, c.executionCtx);
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) return failed(item, problem.parse(body));
  remember(item, body, made);
  const status = answer.headers.get("idempotency-replayed") === "true" ? "replayed" : "applied";
  return { key: item.key, status, answer: isRecord(body) ? body : null, problem: null };
}

/** Whether a path can hold it; what it cannot hold, such as half a character or dots that lead elsewhere, names nothing. */
function isSegment(id: string): boolean {
  return id.isWellFormed() && !["", ".", ".."].includes(id);
}

function requestOf(c: Context<AppEnv>, item: SyncItem, { id, body }: ResolvedItem): Request {
  const takesBody = !BODILESS.has(item.call);
  const headers = new Headers({ "idempotency-key": item.key });
  for (const name of ["authorization", "accept-language"]) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  if (takesBody) headers.set("content-type", "application/json");
  const url = new URL(PATHS[item.call](encodeURIComponent(id ?? "")), c.req.url);
  return new Request(url, { method: "POST", headers, ...(takesBody ? { body: JSON.stringify(body) } : {}) });
}

/** What later items of the batch may refer to. */
function remember(item: SyncItem, body: unknown, made: Made): void {
  if (item.call === "createMember") keepId(made.member, item.key, body, "member");
  if (item.call === "createRedemption") keepId(made.redemption, item.key, body, "redemption");
  if (item.call === "createIssuedReward") keepId(made.issued_reward, item.key, body, "issued_reward");
  if (item.call === "createGift" && isRecord(body)) keepId(made.issued_reward, item.key, body["gift"], "issued_reward");
}

function keepId(ids: Map<string, string>, key: string, body: unknown, name: string): void {
  const object = isRecord(body) ? body[name] : null;
  const id = isRecord(object) ? object["id"] : null;
  if (typeof id === "string") ids.set(key, id);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(c: Context<AppEnv>, item: SyncItem, detail: string): SyncResult {
  return failed(item, problemBody(new ProblemError("validation_failed", { detail }), c.var.requestId));
}

function failed(item: SyncItem, found: Problem): SyncResult {
  return { key: item.key, status: found.retryable ? "retry" : "rejected", answer: null, problem: found };
}

function notTried(c: Context<AppEnv>, item: SyncItem): SyncResult {
  const detail = "An item before this one could not be carried out just now. Send both again with the same keys.";
  const found = problemBody(new ProblemError("unavailable", { detail }), c.var.requestId);
  return { key: item.key, status: "retry", answer: null, problem: found };
}

import { createRoute, z } from "@hono/zod-openapi";
import {
  draft,
  draftInput,
  programVersion,
  programVersionList,
  programVersionText,
  publishInput,
} from "../../../contract/dashboard-v1/merchant.ts";
import { given } from "../../services/given.ts";
import { getDraft } from "../../services/program/get-draft.ts";
import { getProgramVersion } from "../../services/program/get-version.ts";
import { listProgramVersions } from "../../services/program/list-versions.ts";
import { publishProgram } from "../../services/program/publish.ts";
import { saveDraft } from "../../services/program/save-draft.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, merchantPath, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { parseDocument, renderDraft, renderVersion } from "../render.ts";

const draftRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/program/draft",
  operationId: "getProgramDraft",
  tags: ["Programme"],
  summary: "Read the draft",
  description: "With what still keeps it from being published.",
  request: { params: merchantPath },
  responses: { 200: json("The draft.", draft), ...problems({ for: "merchant" }) },
});

const saveRoute = createRoute({
  method: "put",
  path: "/api/merchants/{merchant}/program/draft",
  operationId: "saveProgramDraft",
  tags: ["Programme"],
  summary: "Save the draft",
  description: "Finished or not. `revision` is the one that was read; 0 for the first draft.",
  request: { params: merchantPath, body: jsonBody(draftInput) },
  responses: { 200: json("The draft.", draft), ...problems({ for: "merchant", changes: true }, ["draft_changed"]) },
});

const publishRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/program/publish",
  operationId: "publishProgram",
  tags: ["Programme"],
  summary: "Publish the draft",
  description: "Makes it the next version, never changed again; in force 90 seconds later at the earliest.",
  request: { params: merchantPath, body: jsonBody(publishInput) },
  responses: {
    201: json("The version.", programVersion),
    ...problems({ for: "merchant", changes: true }, [
      "draft_changed",
      "program_invalid",
      "program_unchanged",
      "effective_refused",
      "plan_feature_missing",
      "changes_paused",
      "limit_reached",
    ]),
  },
});

const versionsRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/program/versions",
  operationId: "listProgramVersions",
  tags: ["Programme"],
  summary: "List published versions",
  description: "Newest first; go on with `before` set to the last one's number.",
  request: {
    params: merchantPath,
    query: z.strictObject({
      before: z.coerce.number().pipe(z.int().min(1)).optional(),
      limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(100),
    }),
  },
  responses: { 200: json("The versions.", programVersionList), ...problems({ for: "merchant" }) },
});

const versionRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/program/versions/{version}",
  operationId: "getProgramVersion",
  tags: ["Programme"],
  summary: "Read a published version",
  request: { params: merchantPath.extend({ version: z.coerce.number().pipe(z.int().min(1)) }) },
  responses: { 200: json("The version with its document.", programVersionText), ...problems({ for: "merchant" }) },
});

/** The merchant's rules. */
export function programRoutes(app: DashboardApp): void {
  app.openapi(draftRoute, async (c) => c.json(renderDraft(must(await getDraft({ ctx: c.var.desk }))), 200));
  app.openapi(saveRoute, async (c) => {
    const { revision, document } = c.req.valid("json");
    const saved = must(await saveDraft({ ctx: c.var.desk, input: { revision, json: JSON.stringify(document) } }));
    return c.json(renderDraft(saved), 200);
  });
  app.openapi(publishRoute, async (c) => {
    const { draft_revision, effective_at, note = null } = c.req.valid("json");
    const effective_at_ms = effective_at === undefined ? undefined : Date.parse(effective_at);
    const input = { draft_revision, note, ...given({ effective_at_ms }) };
    return c.json(renderVersion(must(await publishProgram({ ctx: c.var.desk, input }))), 201);
  });
  app.openapi(versionsRoute, async (c) => {
    const { before, limit } = c.req.valid("query");
    const rows = must(await listProgramVersions({ ctx: c.var.desk, input: { limit, ...given({ before }) } }));
    return c.json({ data: rows.map(renderVersion) }, 200);
  });
  app.openapi(versionRoute, async (c) => {
    const { version } = c.req.valid("param");
    const { json: text, ...facts } = must(await getProgramVersion({ ctx: c.var.desk, input: { version } }));
    return c.json({ ...renderVersion(facts), document: parseDocument(text) }, 200);
  });
}

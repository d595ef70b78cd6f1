import { createRoute } from "@hono/zod-openapi";
import { programAnswer } from "../../../../contract/pos-v1/program.ts";
import type { ProgramText } from "../../../../domain/tenancy/config.ts";
import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";
import { wireTime } from "../../../http/wire-time.ts";

const route = createRoute({
  method: "get",
  path: "/v1/program",
  operationId: "getProgram",
  tags: ["Program"],
  summary: "Read the programme",
  description:
    "The rules in force and the next ones, the item list, and where this key's till stands. Any key may read it.",
  responses: { 200: json("The programme.", programAnswer), ...problems({}) },
});

export function getProgram(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    const { config } = desk.parts.config;
    const current = await desk.programAt(desk.now_ms);
    const inForce = current.ok && current.value.effective_at_ms <= desk.now_ms ? current.value : null;
    const nextFacts = config.programs.find((version) => version.effective_at_ms > desk.now_ms);
    const next = nextFacts === undefined ? null : await desk.programVersion(nextFacts.version);
    const { till, location } = desk.parts;
    const { id, name, country, timezone } = location;
    return c.json(
      {
        object: "program" as const,
        current: inForce === null ? null : renderVersion(inForce),
        next: next === null ? null : renderVersion(next),
        location: { id, name, country, timezone },
        till: { id: till.id, name: till.name },
        currency: desk.currency,
        items: config.items.toSorted((left, right) => (left.sku < right.sku ? -1 : 1)),
      },
      200,
    );
  });
}

function renderVersion(text: ProgramText) {
  return {
    object: "program_version" as const,
    id: String(text.version),
    version: text.version,
    effective_at: wireTime(text.effective_at_ms),
    document: compiledProgram(text).document,
  };
}

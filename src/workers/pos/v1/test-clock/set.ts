import { createRoute, z } from "@hono/zod-openapi";
import { timestamp } from "../../../../contract/pos-v1/common.ts";
import { forgetConfig } from "../../../edge/config-cache.ts";
import { ProblemError, validationProblem } from "../../../http/problem.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { wireTime } from "../../../http/wire-time.ts";

/** A ledger cannot go back, so a clock that ran away can never be caught up with; ten years are enough for any test. */
const AHEAD_MAX_MS = 10 * 366 * 24 * 60 * 60 * 1000;

const input = z
  .strictObject({ now: timestamp.meta({ description: "What the clock shall say; not before what it says now." }) })
  .meta({ id: "TestClockInput", description: "A time to move to.", example: { now: "2030-01-01T00:00:00Z" } });
const output = z
  .strictObject({ object: z.literal("test_clock").meta({ description: "Always `test_clock`." }), now: timestamp })
  .meta({ id: "TestClock", description: "The clock of test mode." });

const route = createRoute({
  method: "put",
  path: "/v1/test_clock",
  operationId: "setTestClock",
  tags: ["Test mode"],
  summary: "Move the test clock",
  description:
    "Moves the clock of test mode forward, so that holds and points can expire while you watch. Other tills see it within a minute. Test keys only; scope: admin.",
  request: { body: jsonBody(input) },
  responses: { 200: json("The clock as it runs now.", output), ...problems({ body: true }, ["live_mode"]) },
});

export function setTestClock(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("admin");
    if (desk.tenant.mode === "live") throw new ProblemError("live_mode");
    const offset_ms = Date.parse(c.req.valid("json").now) - Date.now();
    if (offset_ms < desk.parts.config.clock_offset_ms || offset_ms > AHEAD_MAX_MS) {
      const errors = [{ path: "now", message: `must be between ${wireTime(desk.now_ms)} and ten years from now` }];
      throw validationProblem(errors);
    }
    const set = await desk.registry().setClockOffset(offset_ms);
    if (!set.ok) throw new ProblemError("live_mode");
    forgetConfig(desk.tenant);
    return c.json({ object: "test_clock" as const, now: wireTime(Date.now() + set.value.clock_offset_ms) }, 200);
  });
}

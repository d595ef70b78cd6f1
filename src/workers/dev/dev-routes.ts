import { Hono } from "hono";
import type { AppEnv } from "../hono-env.ts";
import { onNotFound } from "../http/on-error.ts";
import { ProblemError } from "../http/problem.ts";
import { requireJson } from "../middleware/json-body.ts";
import { parseInput } from "../services/refusal.ts";
import { demoInput } from "./demo-schemas.ts";
import { localSignup } from "./local-ports.ts";
import { makeDemo } from "./make-demo.ts";

/**
 * What exists on a developer's machine alone, under /dev. Whoever mounts it looks at ENVIRONMENT first; it looks again,
 * because these routes ask for no key.
 */
export const devRoutes = new Hono<AppEnv>();

devRoutes.use(async (c, next) => {
  if (c.env.ENVIRONMENT !== "local") return onNotFound(c);
  return next();
});

/** Makes a merchant with locations, tills, keys, items and a programme. Each call makes another one. */
devRoutes.post("/demo", requireJson, async (c) => {
  const body: unknown = await c.req.json().catch(() => {
    throw new ProblemError("malformed_json");
  });
  const input = parseInput(demoInput, body);
  if (!input.ok) throw new ProblemError("validation_failed", { errors: input.error.issues });
  const made = await makeDemo(localSignup(c.env, c.var.requestId), input.value);
  if (!made.ok) throw new ProblemError("validation_failed", { errors: made.error.issues });
  return c.json(made.value, 201, { "cache-control": "no-store" });
});

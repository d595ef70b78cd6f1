import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";

/** One operation of an API, with its path as the reference writes it: `/v1/members/{id}`. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly takesBody: boolean;
}

/**
 * Refuses a method that the path does not have (405 with `Allow`), and a call without the body that it needs. A path that
 * nothing has goes on to the 404.
 *
 * @param operations asked once, at the first request, when all of them are registered
 */
export function matchOperation(operations: () => readonly Operation[]) {
  let all: readonly Operation[] | undefined;
  return createMiddleware<AppEnv>(async (c, next) => {
    all ??= operations();
    const here = atPath(all, c.req.path);
    // HEAD is answered like GET, without the body.
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    const meant = here.find((operation) => operation.method === method);
    if (here.length > 0 && meant === undefined) {
      const allow = here.map((operation) => operation.method).join(", ");
      throw new ProblemError("method_not_allowed", {
        detail: `${c.req.path} has ${allow}, not ${c.req.method}.`,
        allow,
      });
    }
    if (meant?.takesBody === true && (await c.req.arrayBuffer()).byteLength === 0) {
      throw new ProblemError("malformed_json", { detail: "The body is empty; it must be one JSON object." });
    }
    await next();
  });
}

/** The operations of the path; a path that is written out goes before one with a parameter in its place. */
function atPath(operations: readonly Operation[], path: string): Operation[] {
  const literal = operations.filter((operation) => operation.path === path);
  return literal.length > 0 ? literal : operations.filter((operation) => fits(operation.path, path));
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith("{") ? given[index] !== "" : part === given[index]))
  );
}

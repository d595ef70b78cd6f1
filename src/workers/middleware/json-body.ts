import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";

/** The most a POS request may hold, in bytes. */
export const BODY_BYTES_MAX = 256 * 1024;

/** The most a batch of calls may hold, in bytes. */
export const SYNC_BODY_BYTES_MAX = 1024 * 1024;

/** Refuses a larger body before it is read. */
export function limitBody(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ProblemError("body_too_large", { detail: `A body may hold ${maxSize / 1024} KiB here.` });
    },
  });
}

/**
 * A body must say that it is JSON, and be UTF-8: other bytes would be replaced without a word, and two receipts become one.
 * A call without a body need not say anything.
 */
export const requireJson = createMiddleware<AppEnv>(async (c, next) => {
  const hasBody = c.req.raw.body !== null && c.req.header("content-length") !== "0";
  if (hasBody) {
    if (!isJson(c.req.header("content-type") ?? "")) throw new ProblemError("unsupported_media_type");
    const text = utf8Text(await c.req.arrayBuffer());
    if (text === null) throw new ProblemError("malformed_json", { detail: "The body is not UTF-8." });
    // Hono keeps a body by the kind it was read as, and would make this text again by way of a Response: 10 % of a sale.
    Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
  }
  await next();
});

const CHARSETS: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

function isJson(contentType: string): boolean {
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  const charset = parameters.map((parameter) => /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1]?.trim());
  return type.trim() === "application/json" && charset.every((name) => name === undefined || CHARSETS.has(name));
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The bytes as text; null when they are not UTF-8. */
function utf8Text(bytes: ArrayBuffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

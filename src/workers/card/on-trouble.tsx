import type { Context } from "hono";
import { html } from "hono/html";
import { ObjectUnavailableError } from "../../durable/shared/call.ts";
import type { CardEnv } from "./card-env.ts";
import { TroublePage } from "./pages/note-page.tsx";
import { readerLocale } from "./reader.ts";
import { TROUBLE_STATUS, TroubleError } from "./trouble.ts";

const RETRY_SECONDS = 30;

/** The only place that turns what went wrong on a member's page into an answer: a page that says what to do. */
export function onTrouble(error: Error, c: Context<CardEnv>): Response | Promise<Response> {
  const { trouble, facts } = asTrouble(error, c);
  const retryAfter = facts.retryAfterSeconds;
  if (retryAfter !== undefined) c.header("retry-after", String(retryAfter));
  const locale = readerLocale(c, "nl");
  const page = <TroublePage locale={locale} nonce={c.get("secureHeadersNonce")} trouble={trouble} facts={facts} />;
  return c.html(html`<!doctype html>${page}`, TROUBLE_STATUS[trouble]);
}

function asTrouble(error: Error, c: Context<CardEnv>): TroubleError {
  if (error instanceof TroubleError) return error;
  if (error instanceof ObjectUnavailableError) {
    return new TroubleError("unavailable", { retryAfterSeconds: error.retryAfterSeconds });
  }
  // Neither address nor path: they hold the card's token.
  console.error(
    JSON.stringify({ level: "error", request_id: c.var.requestId, message: error.message, stack: error.stack }),
  );
  return new TroubleError("unavailable", { retryAfterSeconds: RETRY_SECONDS });
}

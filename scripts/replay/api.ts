import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { badInput, reasonOf, stopped } from "./replay-error.ts";

/** An answer that counts: carried out, or refused with a code. */
export type Answer =
  | { readonly ok: true; readonly replayed: boolean; readonly body: unknown }
  | { readonly ok: false; readonly replayed: boolean; readonly code: string; readonly detail: string };

export interface ApiOptions {
  readonly url: string;
  readonly key: string;
  /** Ends what is under way between two tries. */
  readonly signal?: AbortSignal | undefined;
  /** Waits; tests pass one that does not. */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

const TRIES_MAX = 8;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** Longer than this is not waited for, whatever `Retry-After` says. */
const RETRY_AFTER_MAX_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;

const problem = z.object({ code: z.string(), detail: z.string() });

/** What one try came to: an answer, or a reason to send the same request again. */
type Try = { readonly answer: Answer } | { readonly again: string; readonly after_ms: number | null };

/** Talks to the platform as a till does: the same request under the same key until there is an answer that counts. */
export class Api {
  readonly #options: ApiOptions;
  requests = 0;
  retries = 0;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get(path: string, tries = TRIES_MAX): Promise<Answer> {
    return this.#ask(path, { method: "GET" }, tries);
  }

  /** A write, under a key that stays the same for every try. */
  post(path: string, body: unknown, idempotencyKey: string | null): Promise<Answer> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (idempotencyKey !== null) headers["Idempotency-Key"] = idempotencyKey;
    return this.#ask(path, { method: "POST", headers, body: JSON.stringify(body) }, TRIES_MAX);
  }

  async #ask(path: string, init: RequestInit, tries: number): Promise<Answer> {
    for (let count = 1; ; count += 1) {
      const tried = await this.#try(path, init);
      if ("answer" in tried) return tried.answer;
      if (count >= tries)
        throw stopped(`${this.#options.url} gives no answer to ${init.method} ${path}: ${tried.again}`);
      this.retries += 1;
      await this.#wait(tried.after_ms ?? waitBefore(count));
    }
  }

  async #wait(ms: number): Promise<void> {
    const { signal, sleep } = this.#options;
    signal?.throwIfAborted();
    await (sleep === undefined ? delay(ms, undefined, { ...(signal && { signal }) }) : sleep(ms));
  }

  async #try(path: string, init: RequestInit): Promise<Try> {
    this.requests += 1;
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${this.#options.key}`);
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      const response = await fetch(this.#options.url + path, { ...init, headers, signal });
      return judge(`${init.method} ${path}`, response, await response.text());
    } catch (error) {
      // fetch and reading the body fail with these two; anything else is ours.
      const network = error instanceof TypeError || error instanceof DOMException;
      if (!network) throw error;
      return { again: reasonOf(error), after_ms: null };
    }
  }
}

/** Half a wait for certain and half by chance, so that many clients do not come back at once. */
function waitBefore(count: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - 1));
  return longest / 2 + (Math.random() * longest) / 2;
}

function judge(what: string, response: Response, text: string): Try {
  const { status, headers } = response;
  if (status === 429 || status >= 500) return { again: `${status}`, after_ms: retryAfter(headers.get("Retry-After")) };
  const body = parseJson(text);
  const replayed = headers.get("Idempotency-Replayed") === "true";
  if (response.ok && body !== undefined) return { answer: { ok: true, replayed, body } };
  const refusal = problem.safeParse(body);
  if (!refusal.success) {
    const type = headers.get("Content-Type") ?? "nothing";
    throw badInput(`${response.url} does not answer as the API does (${what}: ${status}, ${type}); is --url right?`);
  }
  const { code, detail } = refusal.data;
  if (status === 401 || status === 403) throw badInput(`the key is refused: ${detail} (${code})`);
  return { answer: { ok: false, replayed, code, detail } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds or a date, as milliseconds from now; null when absent or neither. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms));
}

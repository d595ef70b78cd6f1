import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { codeOf, firstLine, messageOf, Problem } from "../start/problem.ts";

const ATTEMPTS_MAX = 6;

/** A refusal of the platform, by its code. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(`${status} ${code}: ${detail}`);
    this.status = status;
    this.code = code;
  }
}

const problem = z.object({ code: z.string(), detail: z.string(), retryable: z.boolean().default(false) });

interface Call<Schema extends z.ZodType> {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly key?: string | undefined;
  readonly idempotencyKey?: string;
  readonly body?: unknown;
  readonly answer: Schema;
}

/** The platform as any till sees it: HTTP, with retries under the same key. */
export class Api {
  readonly #url: string;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  /**
   * @throws Refused when the platform says no
   * @throws Problem when it cannot be reached
   */
  async call<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#try(call);
      if (outcome.done) return call.answer.parse(outcome.json);
      if (!outcome.mayRetry || attempt === ATTEMPTS_MAX) throw outcome.error;
      await wait(50 * 2 ** attempt, undefined, { signal: this.#signal });
    }
  }

  async #try(call: Call<z.ZodType>) {
    try {
      const response = await fetch(`${this.#url}${call.path}`, this.#request(call));
      const json: unknown = await response.json().catch(() => null);
      if (response.ok) return { done: true, json } as const;
      const said = problem.safeParse(json);
      const { code, detail, retryable } = said.success
        ? said.data
        : { code: "no_problem", detail: "an answer that is no problem document", retryable: response.status >= 500 };
      return { done: false, mayRetry: retryable, error: new Refused(response.status, code, detail) } as const;
    } catch (error) {
      this.#signal.throwIfAborted();
      const cause = error instanceof Error ? error.cause : undefined;
      const why = codeOf(cause) ?? firstLine(messageOf(error));
      const failure = new Problem(`Nobody answers on ${this.#url} (${why}): start the platform with \`npm start\`.`);
      return { done: false, mayRetry: why !== "ECONNREFUSED", error: failure } as const;
    }
  }

  #request({ method = "POST", key, idempotencyKey, body }: Call<z.ZodType>): RequestInit {
    return {
      method,
      signal: this.#signal,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }
}

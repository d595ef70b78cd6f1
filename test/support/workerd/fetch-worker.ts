import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../../src/workers/main.ts";

/**
 * Asks the Worker, as a browser or a till does; redirects are answered, not followed.
 *
 * Calls the handler itself: every request through `exports.default` makes the next one slower in this test runner,
 * which wraps its entry point once more each time.
 */
export async function fetchWorker(input: Request | string | URL, init?: RequestInit): Promise<Response> {
  return worker.fetch(new Request(input, init), env, createExecutionContext());
}

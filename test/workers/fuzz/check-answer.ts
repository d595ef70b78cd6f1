import { validators } from "virtual:answer-validators";
import { z } from "zod";
import { ERROR_CODES } from "../../../src/contract/error-codes.ts";
import { type Operation, operation } from "./document.ts";

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const problem = z.object({ code: z.string(), status: z.int(), retryable: z.boolean(), request_id: z.string() });
const codes: ReadonlyMap<string, { readonly status: number; readonly retryable: boolean }> = new Map(
  Object.entries(ERROR_CODES),
);

/** Everything about an answer that the document does not promise; nothing when all is well. */
export function complaints({ id, answers }: Operation, answer: WireAnswer): string[] {
  const { status, headers, text } = answer;
  const found: string[] = [];
  if (status >= 500) found.push(`status ${status}`);
  if (!/^req_[0-9a-z]+$/.test(headers.get("x-request-id") ?? "")) found.push("no x-request-id");
  const documented = answers.get(status);
  if (documented === undefined) return [...found, `status ${status} is not documented`];
  const type = headers.get("content-type")?.split(";")[0] ?? null;
  if (type !== documented.type) found.push(`content type ${type}, not ${documented.type}`);
  if (documented.type === null) return text === "" ? found : [...found, "a body where there is none"];
  const body = parse(text);
  if (body === undefined) return [...found, "the body is not JSON"];
  found.push(...schemaComplaints(`${id} ${status}`, body));
  if (documented.codes.length > 0) found.push(...problemComplaints(body, answer, documented.codes));
  return found;
}

function schemaComplaints(name: string, body: unknown): string[] {
  const validate = validators[name];
  if (validate === undefined) return [`no validator for ${name}`];
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = "" }) => `body${instancePath} ${message}`);
}

function problemComplaints(body: unknown, answer: WireAnswer, documented: readonly string[]): string[] {
  const parsed = problem.safeParse(body);
  if (!parsed.success) return ["the problem is none"];
  const { code, status, retryable, request_id } = parsed.data;
  const facts = codes.get(code);
  if (facts === undefined) return [`code ${code} is not in the table`];
  const found: string[] = [];
  if (!documented.includes(code)) found.push(`code ${code} is not documented at ${answer.status}`);
  if (facts.status !== answer.status || status !== answer.status) found.push(`${code} is answered ${answer.status}`);
  if (facts.retryable !== retryable) found.push(`${code} says retryable ${retryable}`);
  if (request_id !== answer.headers.get("x-request-id")) found.push("request_id is another than the header's");
  return found;
}

const batch = z.object({
  data: z.array(
    z.object({
      key: z.string(),
      status: z.enum(["applied", "replayed", "rejected", "retry"]),
      answer: z.unknown(),
      problem: problem.nullable(),
    }),
  ),
});

/** What is wrong inside a batch's answer: every item is what the call itself would have answered. */
export function batchComplaints(calls: readonly string[], answer: WireAnswer): string[] {
  if (answer.status !== 200) return [];
  const { data } = batch.parse(JSON.parse(answer.text));
  if (data.length !== calls.length) return [`${data.length} results for ${calls.length} items`];
  return data.flatMap(({ status, answer: body, problem: refusal }, index) => {
    const call = operation(calls[index] ?? "");
    if (status !== "applied" && status !== "replayed") return itemProblem(call, refusal);
    const successes = [...call.answers].filter(([, { type }]) => type === "application/json");
    const judged = successes.map(([code]) => schemaComplaints(`${call.id} ${code}`, body));
    return judged.some((found) => found.length === 0) ? [] : (judged[0] ?? []).map((found) => `${call.id}: ${found}`);
  });
}

function itemProblem(call: Operation, refusal: z.infer<typeof problem> | null): string[] {
  if (refusal === null) return [`${call.id} was not applied, and there is no problem`];
  const facts = codes.get(refusal.code);
  if (facts?.status !== refusal.status) return [`${call.id}: ${refusal.code} is answered ${refusal.status}`];
  if (refusal.status >= 500) return [`${call.id}: status ${refusal.status}`];
  const documented = call.answers.get(refusal.status)?.codes ?? [];
  return documented.includes(refusal.code) ? [] : [`${call.id}: code ${refusal.code} is not documented`];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createApp } from "../../../src/workers/app.ts";
import { type ApiAnswer, apiRequest, type CallOptions } from "../../support/workerd/merchant.ts";

/** What a request asked of the outside: object calls as `Class.method`, in order, and queries of D1. */
export interface Counted {
  readonly answer: ApiAnswer;
  readonly calls: readonly string[];
  readonly queries: number;
}

/** One request through the whole Worker, with every binding wrapped so that what it does is counted. */
export async function countedCall(method: string, path: string, options: CallOptions): Promise<Counted> {
  const calls: string[] = [];
  const count = { queries: 0 };
  const wrapped = wrapEnv(calls, () => {
    count.queries += 1;
  });
  const context = createExecutionContext();
  const response = await createApp().fetch(apiRequest(method, path, options), wrapped, context);
  const text = await response.text();
  await waitOnExecutionContext(context);
  const answer = { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  return { answer, calls, queries: count.queries };
}

function wrapEnv(calls: string[], onQuery: () => void): Env {
  return new Proxy(env, {
    get(target, name, receiver) {
      const binding: unknown = Reflect.get(target, name, receiver);
      if (name === "DB") return wrapDatabase(target.DB, onQuery);
      if (typeof binding !== "object" || binding === null || !("getByName" in binding)) return binding;
      return wrapNamespace(binding, String(name), calls);
    },
  });
}

function wrapNamespace(namespace: object, name: string, calls: string[]): object {
  return wrapMethods(namespace, (method, call) => (args) => {
    const made = call(args);
    if (method === "getByName" || method === "get") return wrapStub(made, name, calls);
    return method === "jurisdiction" && typeof made === "object" && made !== null
      ? wrapNamespace(made, name, calls)
      : made;
  });
}

function wrapStub(stub: unknown, name: string, calls: string[]): unknown {
  if (typeof stub !== "object" || stub === null) throw new Error("a namespace gave no stub");
  return wrapMethods(stub, (method, call) => (args) => {
    calls.push(`${name}.${method}`);
    return call(args);
  });
}

function wrapDatabase(database: D1Database, onQuery: () => void): object {
  return wrapMethods(database, (_method, call) => (args) => {
    onQuery();
    return call(args);
  });
}

type Call = (args: readonly unknown[]) => unknown;

/** The object with every method replaced; its other properties stay. */
function wrapMethods(target: object, wrap: (method: string, call: Call) => Call): object {
  return new Proxy(target, {
    get(_target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function" || typeof name !== "string") return value;
      const call = wrap(name, (args) => Reflect.apply(value, target, args));
      return (...args: unknown[]) => call(args);
    },
  });
}

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

/** What an object is said to answer instead of being asked; undefined asks it. */
export type Instead = (call: string) => object | undefined;

/** One request through the whole Worker, with every binding wrapped so that what it does is counted. */
export async function countedCall(
  method: string,
  path: string,
  options: CallOptions,
  instead: Instead = () => undefined,
): Promise<Counted> {
  const calls: string[] = [];
  const count = { queries: 0 };
  const onQuery = () => {
    count.queries += 1;
  };
  const wrapped = wrapEnv({ calls, instead, onQuery });
  const context = createExecutionContext();
  const response = await createApp().fetch(apiRequest(method, path, options), wrapped, context);
  const text = await response.text();
  await waitOnExecutionContext(context);
  const answer = { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  return { answer, calls, queries: count.queries };
}

interface Watch {
  readonly calls: string[];
  readonly instead: Instead;
  readonly onQuery: () => void;
}

function wrapEnv(watch: Watch): Env {
  return new Proxy(env, {
    get(target, name, receiver) {
      const binding: unknown = Reflect.get(target, name, receiver);
      if (name === "DB") return wrapDatabase(target.DB, watch.onQuery);
      if (typeof binding !== "object" || binding === null || !("getByName" in binding)) return binding;
      return wrapNamespace(binding, String(name), watch);
    },
  });
}

function wrapNamespace(namespace: object, name: string, watch: Watch): object {
  return wrapMethods(namespace, (method, call) => (args) => {
    const made = call(args);
    if (method === "getByName" || method === "get") return wrapStub(made, name, watch);
    return method === "jurisdiction" && typeof made === "object" && made !== null
      ? wrapNamespace(made, name, watch)
      : made;
  });
}

function wrapStub(stub: unknown, name: string, { calls, instead }: Watch): unknown {
  if (typeof stub !== "object" || stub === null) throw new Error("a namespace gave no stub");
  return wrapMethods(stub, (method, call) => (args) => {
    const made = `${name}.${method}`;
    calls.push(made);
    const answer = instead(made);
    return answer === undefined ? call(args) : Promise.resolve(answer);
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

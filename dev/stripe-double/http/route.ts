import type { z } from "zod";
import type { World } from "../world.ts";
import type { FormValue } from "./form.ts";
import { check } from "./params.ts";

/** A call of the API as its handler sees it. */
export interface Call<Params> {
  readonly world: World;
  /** What stands in the path's places, in order. */
  readonly ids: readonly string[];
  readonly params: Params;
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  readonly pattern: RegExp;
  /** @throws StripeError */
  readonly run: (world: World, ids: readonly string[], form: { [key: string]: FormValue }) => object;
}

/** A call with the parameters that it knows. */
export function route<Schema extends z.ZodType>(
  method: Route["method"],
  path: string,
  schema: Schema,
  handle: (call: Call<z.output<Schema>>) => object,
): Route {
  return {
    method,
    pattern: new RegExp(`^/v1/${path.replaceAll(/\{\w+\}/g, "([^/]+)")}$`),
    run: (world, ids, { expand: _everyCalls, ...form }) => handle({ world, ids, params: check(schema, form) }),
  };
}

import { z } from "zod";
import type { FormValue } from "./form.ts";
import { StripeError } from "./errors.ts";

// The parameters that the double knows, per call. Names are checked against the SDK's own types when it is compiled, and
// at run time every other name is refused the way Stripe refuses one.

export const text = z.string();
export const int = z
  .string()
  .regex(/^-?\d+$/, "Invalid integer")
  .transform(Number);
export const bool = z.enum(["true", "false"]).transform((value) => value === "true");
export const metadata = z.record(z.string(), z.string());
/** An empty text clears. */
export const clearable = z.string().transform((value) => (value === "" ? null : value));

/** A shape whose names all exist among the SDK's parameters `Params`. */
export function params<Params>() {
  return <Shape extends { readonly [Key in keyof Shape]: Key extends keyof Params ? z.ZodType : never }>(
    shape: Shape,
  ) => z.strictObject<Shape>(shape);
}

/** @throws StripeError as Stripe words what is wrong with a parameter */
export function check<Schema extends z.ZodType>(schema: Schema, form: { [key: string]: FormValue }): z.output<Schema> {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    const param = bracketed([...path, issue.keys[0] ?? ""]);
    throw new StripeError(400, { code: "parameter_unknown", message: `Received unknown parameter: ${param}`, param });
  }
  const param = bracketed(path);
  const isMissing = issue?.code === "invalid_type" && valueAt(form, path) === undefined;
  if (isMissing) {
    throw new StripeError(400, { code: "parameter_missing", message: `Missing required param: ${param}.`, param });
  }
  throw new StripeError(400, { message: `Invalid ${param}: ${issue?.message ?? ""}`, param });
}

function bracketed([first = "", ...rest]: readonly string[]): string {
  return first + rest.map((part) => `[${part}]`).join("");
}

function valueAt(form: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    form,
  );
}

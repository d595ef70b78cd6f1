import type { World } from "../world.ts";
import { invoicePayments } from "../objects/invoice.ts";
import { taxIdsOf } from "../objects/customer.ts";
import { StripeError } from "./errors.ts";

const DEPTH_MAX = 4;

/**
 * Puts objects in the place of their ids, as `expand[]` asks.
 *
 * @throws StripeError for a path that leads nowhere, or too deep
 */
export function expandAnswer(world: World, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer);
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.length > DEPTH_MAX) {
      throw new StripeError(400, { message: `You cannot expand more than ${DEPTH_MAX} levels of a property: ${path}` });
    }
    expandIn(world, copy, steps, path);
  }
  return copy;
}

function expandIn(world: World, target: unknown, [step, ...rest]: readonly string[], path: string): void {
  if (step === undefined || typeof target !== "object" || target === null) return;
  if (Array.isArray(target)) {
    for (const each of target) expandIn(world, each, [step, ...rest], path);
    return;
  }
  include(world, target, step);
  const value: unknown = Reflect.get(target, step);
  if (value === undefined) {
    throw new StripeError(400, { message: `This property cannot be expanded (${path}).`, param: "expand" });
  }
  if (typeof value === "string") {
    const found = lookUp(world, value);
    if (found === null) throw new StripeError(400, { message: `This property cannot be expanded (${path}).` });
    Reflect.set(target, step, structuredClone(found));
  }
  expandIn(world, Reflect.get(target, step), rest, path);
}

/** Properties that are there only when they are asked for. */
function include(world: World, target: object, step: string): void {
  const id: unknown = Reflect.get(target, "id");
  const kind: unknown = Reflect.get(target, "object");
  if (typeof id !== "string") return;
  if (kind === "invoice" && step === "payments") Reflect.set(target, step, invoicePayments(world, id));
  if (kind === "customer" && step === "tax_ids") Reflect.set(target, step, taxIdsOf(world, id));
}

function lookUp({ state }: World, id: string): object | null {
  const tables = [
    state.customers,
    state.products,
    state.prices,
    state.payment_methods,
    state.payment_intents,
    state.charges,
    state.invoices,
    state.subscriptions,
    state.schedules,
  ];
  return tables.map((table) => table[id]).find((row) => row !== undefined) ?? null;
}

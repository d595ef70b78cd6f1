import { invariant } from "../../domain/invariant.ts";
import { type ObjectName, parseObjectName } from "../../domain/tenancy/object-name.ts";

/**
 * Asserts that an object is the one a command was meant for, and answers its name. Defence in depth: with one mis-routed
 * call a member's points would otherwise be booked on another's card without anything failing.
 *
 * @param expected the name as text, as `formatObjectName` writes it
 * @throws InvariantError when the object has another name or was addressed by a bare id
 */
export function assertObjectIdentity(id: { readonly name?: string }, expected: string): ObjectName {
  invariant(id.name === expected, `a command for ${expected} reached ${id.name ?? "an object without a name"}`);
  const name = parseObjectName(expected);
  invariant(name !== null, `not an object name: ${expected}`);
  return name;
}

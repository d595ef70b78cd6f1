import { expect, test } from "vitest";
import { InvariantError } from "../../../src/domain/invariant.ts";
import { assertObjectIdentity } from "../../../src/durable/shared/object-identity.ts";

const NAME = "live:e2345678:registry:main";

test("an object answers its name to a command for it", () => {
  expect(assertObjectIdentity({ name: NAME }, NAME)).toEqual({
    mode: "live",
    merchant: "e2345678",
    kind: "registry",
    id: "main",
  });
});

test.each([
  ["for another merchant", { name: "live:e2345679:registry:main" }, NAME],
  ["for the other mode", { name: "test:e2345678:registry:main" }, NAME],
  ["to an object without a name", {}, NAME],
  ["with a name that is none", { name: "main" }, "main"],
])("a command %s is a bug", (_what, id, expected) => {
  expect(() => assertObjectIdentity(id, expected)).toThrow(InvariantError);
});

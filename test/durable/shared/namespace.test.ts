import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Jurisdiction } from "../../../src/domain/tenancy/merchant.ts";
import type { ObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { locationHintFor, namespaceFor, objectStub } from "../../../src/durable/shared/namespace.ts";

type Registry = typeof env.MERCHANT_REGISTRY;

/** A namespace whose `jurisdiction` behaves as told; the rest is the real one's. */
function namespaceWith(jurisdiction: (name: Jurisdiction) => Registry): Registry {
  return new Proxy(env.MERCHANT_REGISTRY, {
    get(original, key) {
      if (key === "jurisdiction") return jurisdiction;
      const found: unknown = Reflect.get(original, key, original);
      return typeof found === "function" ? found.bind(original) : found;
    },
  });
}

// In this order: once a runtime has said that it has no jurisdictions, it is not asked again.

test("the jurisdiction's part of the namespace is used where the runtime has one", () => {
  const asked: Jurisdiction[] = [];
  const namespace = namespaceWith((name) => {
    asked.push(name);
    return env.MERCHANT_REGISTRY;
  });

  for (const merchant of ["e2345678", "s2345678"]) {
    objectStub(namespace, { mode: "live", merchant, kind: "registry", id: "main" });
  }

  expect(asked).toEqual(["eu", "us"]);
});

test("a failure to get the jurisdiction never leads to another region", () => {
  const namespace = namespaceWith(() => {
    throw new Error("internal error");
  });

  expect(() => namespaceFor(namespace, "eu")).toThrow("internal error");
});

test("the local runtime has no jurisdictions, and there the plain namespace serves", () => {
  expect(() => env.MERCHANT_REGISTRY.jurisdiction("eu")).toThrow("not implemented in workerd");
  expect(namespaceFor(env.MERCHANT_REGISTRY, "eu")).toBe(env.MERCHANT_REGISTRY);
});

test("a stub leads to the object of that name", () => {
  const name: ObjectName = { mode: "test", merchant: "e2345678", kind: "registry", id: "main" };

  expect(objectStub(env.MERCHANT_REGISTRY, name, { locationHint: "weur" }).name).toBe("test:e2345678:registry:main");
  expect(() => objectStub(env.MERCHANT_REGISTRY, { ...name, merchant: "x2345678" })).toThrow("no jurisdiction");
});

test.each([
  ["NL", "weur"],
  ["PL", "eeur"],
  ["US", "enam"],
  ["BR", "sam"],
  ["ZA", "afr"],
  ["AE", "me"],
  ["NZ", "oc"],
  ["JP", "apac"],
  ["XX", undefined],
])("objects for %s are created in %s", (country, hint) => {
  expect(locationHintFor(country)).toBe(hint);
});

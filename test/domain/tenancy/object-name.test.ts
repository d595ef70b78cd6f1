import { describe, expect, test } from "vitest";
import { createAccountId } from "../../../src/domain/tenancy/account-id.ts";
import {
  accountObjectName,
  formatObjectName,
  type ObjectName,
  parseObjectName,
  registryObjectName,
} from "../../../src/domain/tenancy/object-name.ts";
import { bytesOf } from "../support/hash.ts";

const tenant = { mode: "live", merchant: "eabcde12" } as const;

describe("a name comes back", () => {
  const names: ObjectName[] = [
    { ...tenant, kind: "member", id: createAccountId("member", bytesOf("m", 10)) },
    { ...tenant, mode: "test", kind: "registry", id: "main" },
    { ...tenant, kind: "insights", id: "main" },
    { ...tenant, kind: "guard", id: "stock:rew_coffee" },
  ];
  test.each(names)("$mode $kind $id", (name) => {
    expect(parseObjectName(formatObjectName(name))).toEqual(name);
  });
});

describe("a name is not read", () => {
  const table: [what: string, text: string][] = [
    ["empty", ""],
    ["with an unknown mode", "prod:eabcde12:member:x"],
    ["with an unknown kind", "live:eabcde12:wallet:x"],
    ["with a kind from the prototype", "live:eabcde12:constructor:x"],
    ["with a letter that locators do not have", "live:eabcdel2:member:x"],
    ["with a locator of seven characters", "live:eabcde1:member:x"],
    ["without an id", "live:eabcde12:member:"],
    ["with an id of 201 characters", `live:eabcde12:guard:${"x".repeat(201)}`],
    ["with a line feed in it", "live:eabcde12:guard:a\nb"],
  ];
  test.each(table)("%s", (_what, text) => {
    expect(parseObjectName(text)).toBeNull();
  });
});

test.each(["member", "receipt", "bearer"] as const)("an account of kind %s lives under its kind", (kind) => {
  const account = createAccountId(kind, bytesOf(kind, 10));
  expect(accountObjectName(tenant, account)).toEqual({ ...tenant, kind, id: account });
});

test("what is not an account has no object", () => {
  expect(accountObjectName(tenant, "x")).toBeNull();
});

test("a merchant has one registry per mode", () => {
  expect(formatObjectName(registryObjectName("test", "eabcde12"))).toBe("test:eabcde12:registry:main");
});

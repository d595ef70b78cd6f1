import { describe, expect, test } from "vitest";
import { type Actor, actorName, type Role } from "../../../src/domain/tenancy/actor.ts";
import { isOwner, may, type Permission } from "../../../src/domain/tenancy/permissions.ts";

function staff(...roles: [location: string, role: Role][]): Actor {
  return { kind: "staff", staff: "stf_1", roles: roles.map(([location, role]) => ({ location, role })) };
}
const adminKey: Actor = { kind: "key", key: "key_1", till: "til_1", scopes: ["sell", "admin"] };
const sellKey: Actor = { kind: "key", key: "key_2", till: "til_1", scopes: ["sell", "redeem", "members", "read"] };
const system: Actor = { kind: "system", job: "cron" };

describe("for the merchant as a whole", () => {
  const table: [who: string, actor: Actor, allowed: Permission[]][] = [
    [
      "an owner at any location may everything",
      staff(["a", "owner"]),
      ["view", "configure", "run_location", "manage_cashiers", "pay"],
    ],
    ["a manager may all but configure and pay", staff(["a", "manager"]), ["view", "run_location", "manage_cashiers"]],
    ["a cashier may nothing", staff(["a", "cashier"]), []],
    ["somebody without a role may nothing", staff(), []],
    ["an admin key may all but make people and pay", adminKey, ["view", "configure", "run_location"]],
    ["a key that sells may nothing", sellKey, []],
    ["the platform may everything", system, ["view", "configure", "run_location", "manage_cashiers", "pay"]],
  ];
  test.each(table)("%s", (_who, actor, allowed) => {
    const all: Permission[] = ["view", "configure", "run_location", "manage_cashiers", "pay"];
    expect(all.filter((permission) => may(actor, permission))).toEqual(allowed);
  });
});

describe("a manager's powers end at the door of their location", () => {
  const manager = staff(["a", "manager"], ["b", "cashier"]);
  const table: [locations: string[], allowed: boolean][] = [
    [["a"], true],
    [["b"], false],
    [["a", "b"], false],
    [["c"], false],
    [[], false],
  ];
  test.each(table)("%j: %s", (locations, allowed) => {
    expect(may(manager, "run_location", locations)).toBe(allowed);
  });
});

test("an owner and the platform own; nobody else does", () => {
  const actors = [staff(["a", "cashier"], ["b", "owner"]), system, staff(["a", "manager"]), adminKey];
  expect(actors.map(isOwner)).toEqual([true, true, false, false]);
});

test("actors have one short name", () => {
  expect([staff(), sellKey, system].map(actorName)).toEqual(["stf_1", "key_2", "system:cron"]);
});

import { beforeAll, describe, expect, test, vi } from "vitest";
import { createDashboardApp } from "../../../src/workers/dashboard/app.ts";
import type { ApiAnswer } from "../../support/workerd/merchant.ts";
import {
  addColleague,
  Browser,
  newAddress,
  type SignedUp,
  signUpMerchant,
  text,
} from "../../support/workerd/browser.ts";
import {
  createWorld,
  FOR_EVERYBODY,
  FOR_SIGNED_IN,
  LEAVE,
  nameOf,
  objection,
  type Role,
  ROLES,
  ROWS,
  type RowRequest,
  servedRoutes,
  type World,
} from "./routes.ts";

// Each test makes a merchant or signs people in over HTTP: many calls, which a busy machine answers slowly.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 40_000 });

// Every operation of the dashboard against every kind of caller. The list of operations comes from the application: one
// that is in no list here fails.
test("every operation has its callers named here", () => {
  const named = [...ROWS.map(nameOf), LEAVE, ...FOR_EVERYBODY, ...FOR_SIGNED_IN];
  expect(servedRoutes()).toEqual(named.toSorted());
});

test("the contract can be written out as a document", () => {
  const document = createDashboardApp().getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Dashboard", version: "1" },
  });
  expect(Object.keys(document.paths ?? {}).length).toBeGreaterThan(30);
});

let world: World;
let other: SignedUp;
/** The cookie of a session of the owner that has ended. */
let ended = "";

beforeAll(async () => {
  world = await createWorld();
  other = await signUpMerchant();
  const elsewhere = await new Browser().signIn(world.email);
  ended = elsewhere.cookie;
  await elsewhere.must("DELETE", "/api/auth/sessions/current");
});

function send(browser: Browser, method: string, { path, body }: RowRequest): Promise<ApiAnswer> {
  return browser.call(method, path, body === undefined ? {} : { body });
}

function outcome({ status, body }: ApiAnswer): string {
  return status < 400 ? `${status}` : `${status} ${text(body["code"])}`;
}

describe.each(ROWS.map((row) => [nameOf(row), row] as const))("%s", (_name, row) => {
  test.each(ROLES)("as %s", async (role: Role) => {
    const answer = await send(world.people[role], row.method, await row.request(world));
    const expected = row.may.includes(role) ? `${row.status}` : "403 role_missing";
    expect({ outcome: outcome(answer), objection: answer.status < 300 ? objection(row, answer.body) : null }).toEqual({
      outcome: expected,
      objection: null,
    });
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("without a session, with one that ended, and with another merchant's", async () => {
    const request = await row.request(world);
    const withEnded = await new Browser().call(row.method, request.path, {
      headers: { cookie: ended },
      ...(request.body === undefined ? {} : { body: request.body }),
    });

    expect(outcome(await send(new Browser(), row.method, request))).toBe("401 session_missing");
    expect(outcome(withEnded)).toBe("401 session_missing");
    const foreign = await send(other.owner, row.method, request);
    const invented = await send(other.owner, row.method, {
      ...request,
      path: request.path.replace(world.locator, "e0000000"),
    });
    expect(outcome(foreign)).toBe("404 merchant_unknown");
    expect({ ...foreign.body, request_id: "" }).toEqual({ ...invented.body, request_id: "" });
  });
});

describe.each(ROWS.filter(({ route }) => route.includes("{id}")).map((row) => [nameOf(row), row] as const))(
  "%s with another merchant's id",
  (_name, row) => {
    test("is answered like an unknown one", async () => {
      const theirs = await row.request(world);
      const path = theirs.path.replace(world.locator, other.locator);
      const foreign = await send(other.owner, row.method, { ...theirs, path });
      const unknown = await send(other.owner, row.method, {
        ...theirs,
        path: path.replace(/_(\w+)/, (_all, id: string) => `_${"0".repeat(id.length)}`),
      });
      expect(outcome(foreign)).toBe("404 resource_unknown");
      expect({ ...foreign.body, request_id: "" }).toEqual({ ...unknown.body, request_id: "" });
      // And it was not done to the merchant it belongs to.
      expect(outcome(await send(world.owner, row.method, theirs))).toBe(`${row.status}`);
    });
  },
);

test.each(FOR_SIGNED_IN)("%s needs a session", async (name) => {
  const [method = "", path = ""] = name.split(" ");
  const answer = await new Browser().call(method, path.replace("{id}", "x"), method === "GET" ? {} : { body: {} });
  expect(outcome(answer)).toBe("401 session_missing");
});

test.each(["/api/nothing", "/api/merchants/x/y", "/api"])(
  "%s needs a session though it does not exist",
  async (path) => {
    const answer = await new Browser().call("GET", path);
    expect(outcome(answer)).toBe("401 session_missing");
  },
);

test("a wrong method is told from a wrong path", async () => {
  const wrong = await world.owner.call("PUT", `${world.path}/keys`, { body: {} });
  expect(outcome(wrong)).toBe("405 method_not_allowed");
  expect(wrong.headers.get("allow")).toBe("GET, POST");
  expect(outcome(await world.owner.call("GET", `${world.path}/secrets`))).toBe("404 route_not_found");
});

describe("leaving", () => {
  test.each(["manager", "cashier"] as const)("is for a %s too, and ends everything here at once", async (role) => {
    const at = await signUpMerchant();
    const colleague = await addColleague(at, [{ location: at.location, role }]);
    expect((await colleague.call("POST", `${at.path}/leave`)).status).toBe(204);
    expect(outcome(await colleague.call("GET", at.path))).toBe("404 merchant_unknown");
    expect((await colleague.must("GET", "/api/me"))["memberships"]).toEqual([]);
  });

  test("is not for the last owner, in no way", async () => {
    const at = await signUpMerchant();
    expect(outcome(await at.owner.call("POST", `${at.path}/leave`))).toBe("409 last_owner");
    expect(outcome(await at.owner.call("DELETE", `${at.path}/staff/${at.staff}`))).toBe("409 last_owner");
    const body = { roles: [{ location: at.location, role: "manager" }] };
    expect(outcome(await at.owner.call("PATCH", `${at.path}/staff/${at.staff}`, { body }))).toBe("409 last_owner");
    await addColleague(at, [{ location: at.location, role: "owner" }]);
    expect((await at.owner.call("POST", `${at.path}/leave`)).status).toBe(204);
  });

  test("does not leave two owners who leave at the same moment with none", async () => {
    const at = await signUpMerchant();
    const second = await addColleague(at, [{ location: at.location, role: "owner" }]);
    const answers = await Promise.all([at.owner, second].map((owner) => owner.call("POST", `${at.path}/leave`)));
    expect(answers.map(outcome).toSorted()).toEqual(["204", "409 last_owner"]);
  });
});

test("whoever is let go is out from the next request on", async () => {
  const at = await signUpMerchant();
  const colleague = await addColleague(at, [{ location: at.location, role: "manager" }]);
  await colleague.must("GET", at.path);
  await at.owner.must("DELETE", `${at.path}/staff/${colleague.staff}`);
  expect(outcome(await colleague.call("GET", at.path))).toBe("404 merchant_unknown");
});

test("a person who works for two merchants has the roles of each there alone", async () => {
  const [first, second] = [await signUpMerchant(), await signUpMerchant()];
  const colleague = await addColleague(first, [{ location: first.location, role: "owner" }]);
  await second.owner.must("POST", `${second.path}/staff`, {
    body: { name: "Noor", roles: [{ location: second.location, role: "cashier" }], pin: "80421" },
  });
  expect(outcome(await colleague.call("GET", second.path))).toBe("404 merchant_unknown");
  expect(await new Browser().signIn(newAddress())).toBeDefined();
});

test("managers can make nobody more than a cashier, and no key that configures", async () => {
  const { manager } = world.people;
  for (const role of ["owner", "manager"]) {
    const roles = [{ location: world.location, role }];
    const invited = { name: "Eve", email: newAddress("eve"), roles };
    expect(outcome(await manager.call("POST", `${world.path}/invitations`, { body: invited }))).toBe(
      "403 role_missing",
    );
    expect(outcome(await manager.call("POST", `${world.path}/staff`, { body: { name: "Eve", roles } }))).toBe(
      "403 role_missing",
    );
  }
  for (const scope of ["admin", "backfill"]) {
    const body = { till: world.till, mode: "live", scopes: [scope] };
    expect(outcome(await manager.call("POST", `${world.path}/keys`, { body }))).toBe("403 role_missing");
    const code = { mode: "live", scopes: [scope] };
    const path = `${world.path}/tills/${world.till}/pairing-codes`;
    expect(outcome(await manager.call("POST", path, { body: code }))).toBe("403 role_missing");
  }
});

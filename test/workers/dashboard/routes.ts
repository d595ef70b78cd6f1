import { env } from "cloudflare:workers";
import { z } from "zod";
import { InsightsClient } from "../../../src/durable/merchant-insights/client.ts";
import { createDashboardApp } from "../../../src/workers/dashboard/app.ts";
import { addColleague, type Browser, type SignedUp, signUpMerchant, text } from "../../support/workerd/browser.ts";
import { BILLING_ROWS, giveRoom } from "./billing-rows.ts";
import { testTill } from "../../support/workerd/merchant.ts";
import { eventually } from "../../support/eventually.ts";

/** Who may be asked about: the roles of a small business with two locations. */
export const ROLES = ["owner", "manager", "manager elsewhere", "cashier"] as const;
export type Role = (typeof ROLES)[number];

/** A merchant with a second location and one person of each role. */
export interface World extends SignedUp {
  readonly elsewhere: string;
  readonly people: Readonly<Record<Role, Browser>>;
}

export interface RowRequest {
  readonly path: string;
  readonly body?: unknown;
}

/** One operation of the dashboard below a merchant: who may, and a request that succeeds every time. */
export interface Row {
  readonly method: string;
  /** As the reference writes it. */
  readonly route: string;
  readonly may: readonly Role[];
  readonly status: number;
  /** Makes what the request needs as the owner. */
  request(world: World): Promise<RowRequest> | RowRequest;
}

const MERCHANT = "/api/merchants/{merchant}";
const VIEW: readonly Role[] = ["owner", "manager", "manager elsewhere"];
/** Of the first location. */
const RUN: readonly Role[] = ["owner", "manager"];
const CONFIGURE: readonly Role[] = ["owner"];

let made = 0;

function next(): number {
  made += 1;
  return made;
}

export async function createWorld(): Promise<World> {
  const signedUp = await signUpMerchant();
  await giveRoom(signedUp.locator);
  const second = await signedUp.owner.must("POST", `${signedUp.path}/locations`, { body: { name: "Station" } });
  const elsewhere = text(second["id"]);
  const people = {
    owner: signedUp.owner,
    manager: await addColleague(signedUp, [{ location: signedUp.location, role: "manager" }]),
    "manager elsewhere": await addColleague(signedUp, [{ location: elsewhere, role: "manager" }]),
    cashier: await addColleague(signedUp, [{ location: signedUp.location, role: "cashier" }]),
  };
  return { ...signedUp, elsewhere, people };
}

/** Makes something as the owner and answers its id. */
async function make({ owner, path }: World, below: string, body: object): Promise<string> {
  return text((await owner.must("POST", `${path}${below}`, { body }))["id"]);
}

const newTill = (world: World) => make(world, "/tills", { location: world.location, name: "Kassa" });
const newKey = (world: World) => make(world, "/keys", { till: world.till, mode: "test", scopes: ["sell"] });
const newItem = (world: World) => make(world, "/items", { sku: `sku-${next()}`, name: "Koek" });
const newCashier = (world: World) => make(world, "/staff", cashierAt(world));
const newInvitation = (world: World) => make(world, "/invitations", invitationTo(world));

function cashierAt(world: World) {
  return { name: "Sam", roles: [{ location: world.location, role: "cashier" }] };
}

function invitationTo(world: World) {
  return { ...cashierAt(world), email: `invited.${next()}@example.com` };
}

async function draftRevision({ owner, path }: World): Promise<number> {
  return Number((await owner.must("GET", `${path}/program/draft`))["revision"]);
}

/** The programme in force under another name. */
async function newDraft(world: World): Promise<{ revision: number; document: object }> {
  const { document } = await world.owner.must("GET", `${world.path}/program/versions/1`);
  return { revision: await draftRevision(world), document: { ...document, name: `Koffie ${next()}` } };
}

function read(below: string, may: readonly Role[] = VIEW): Row {
  const at = below.replace("{version}", "1");
  return {
    method: "GET",
    route: `${MERCHANT}${below}`,
    may,
    status: 200,
    request: ({ path }) => ({ path: path + at }),
  };
}

/** A question with a query. */
function look(below: string, may: readonly Role[], query: (world: World) => string): Row {
  const request: Row["request"] = (world) => ({ path: `${world.path}${below}?${query(world)}` });
  return { method: "GET", route: `${MERCHANT}${below}`, may, status: 200, request };
}

/** One receipt on two cards at the first location, in live mode. */
async function newFlag({ liveKey, locator }: World): Promise<string> {
  const till = testTill("", liveKey);
  const receipt = `R-${next()}`;
  const total = { amount: 500, currency: "EUR" };
  for (const name of ["Anna", "Bram"]) {
    const made = await till.must("POST", "/v1/members", { name });
    await till.must("POST", "/v1/sales", { receipt, total, member: { id: text(made["member"]?.["id"]) } });
  }
  const insights = new InsightsClient(env.MERCHANT_INSIGHTS, { mode: "live", merchant: locator });
  return eventually(async () => {
    const { flags } = await insights.flags({ state: "open", behind: null, limit: 100 });
    const found = flags.find(({ evidence }) => evidence.some((piece) => piece.receipt === receipt));
    if (found === undefined) throw new Error("not flagged yet");
    return found.id;
  });
}

function create(
  below: string,
  { may, status = 201 }: { readonly may: readonly Role[]; readonly status?: number },
  body: (world: World) => object | Promise<object>,
  method = "POST",
): Row {
  return {
    method,
    route: `${MERCHANT}${below}`,
    may,
    status,
    request: async (world) => ({ path: `${world.path}${below}`, body: await body(world) }),
  };
}

interface Act {
  readonly may: readonly Role[];
  readonly status?: number;
  readonly on: (world: World) => Promise<string>;
  readonly body?: (world: World) => object;
}

/** An operation on one thing, fresh each time. */
function act(method: string, below: string, { may, status = 200, on, body }: Act): Row {
  return {
    method,
    route: `${MERCHANT}${below}`,
    may,
    status,
    request: async (world) => {
      const path = `${world.path}${below.replace("{id}", await on(world))}`;
      return body === undefined ? { path } : { path, body: body(world) };
    },
  };
}

export const ROWS: readonly Row[] = [
  read(""),
  create("", { may: CONFIGURE, status: 200 }, () => ({ name: `Café ${next()}` }), "PATCH"),

  read("/locations"),
  create("/locations", { may: CONFIGURE }, () => ({ name: "Markt" })),
  act("PATCH", "/locations/{id}", {
    may: RUN,
    on: async ({ location }) => location,
    body: () => ({ opening_hours: [{ weekday: 1, opens: "08:00", closes: "17:00" }] }),
  }),
  act("DELETE", "/locations/{id}", { may: CONFIGURE, on: (world) => make(world, "/locations", { name: "Kort" }) }),

  read("/tills"),
  create("/tills", { may: RUN }, ({ location }) => ({ location, name: "Kassa 2" })),
  act("PATCH", "/tills/{id}", { may: RUN, on: async ({ till }) => till, body: () => ({ name: "Bar" }) }),
  act("DELETE", "/tills/{id}", { may: RUN, on: newTill }),
  act("POST", "/tills/{id}/pairing-codes", { may: RUN, status: 201, on: newTill, body: () => ({ mode: "test" }) }),

  read("/keys"),
  create("/keys", { may: RUN }, ({ till }) => ({ till, mode: "live", scopes: ["sell"] })),
  act("POST", "/keys/{id}/roll", { may: RUN, status: 201, on: newKey, body: () => ({}) }),
  act("DELETE", "/keys/{id}", { may: RUN, on: newKey }),

  read("/items"),
  create("/items", { may: CONFIGURE }, () => ({ sku: `sku-${next()}`, name: "Taart", price: 350 })),
  create(
    "/items",
    { may: CONFIGURE, status: 200 },
    () => ({ items: [{ sku: "tea", name: "Thee", price: 300 }] }),
    "PUT",
  ),
  act("PATCH", "/items/{id}", { may: CONFIGURE, on: newItem, body: () => ({ price: 100 }) }),
  act("DELETE", "/items/{id}", { may: CONFIGURE, on: newItem }),

  read("/staff"),
  create("/staff", { may: RUN }, cashierAt),
  act("PATCH", "/staff/{id}", { may: RUN, on: newCashier, body: () => ({ name: "Samira" }) }),
  act("DELETE", "/staff/{id}", { may: RUN, on: newCashier }),
  act("PUT", "/staff/{id}/pin", { may: RUN, on: newCashier, body: () => ({ pin: `${70_930 + next()}` }) }),

  read("/invitations"),
  create("/invitations", { may: RUN }, invitationTo),
  act("POST", "/invitations/{id}/resend", {
    may: RUN,
    on: async (world) => {
      const id = await newInvitation(world);
      await env.DB.prepare("UPDATE staff_invitation SET sent_at_ms = sent_at_ms - 60000 WHERE id = ?").bind(id).run();
      return id;
    },
  }),
  act("DELETE", "/invitations/{id}", { may: RUN, on: newInvitation }),

  read("/program/draft"),
  create("/program/draft", { may: CONFIGURE, status: 200 }, newDraft, "PUT"),
  create("/program/publish", { may: CONFIGURE }, async (world) => {
    await world.owner.must("PUT", `${world.path}/program/draft`, { body: await newDraft(world) });
    return { draft_revision: await draftRevision(world) };
  }),
  read("/program/versions"),
  read("/program/versions/{version}"),

  look("/insights/feed", RUN, ({ location }) => `location=${location}`),
  look("/insights/totals", RUN, ({ location }) => `location=${location}&from=2026-08-01&to=2026-08-31`),
  read("/insights/budgets", CONFIGURE),
  look("/insights/hand-outs", CONFIGURE, () => "state=open"),
  look("/insights/hand-outs/export", CONFIGURE, () => "kind=product"),
  look("/insights/stored-value", CONFIGURE, () => "from=2026-01-01&to=2026-12-31"),
  look("/insights/flags", [...ROLES], () => "state=open"),
  look("/insights/audit", RUN, ({ location }) => `location=${location}`),
  read("/insights/health", CONFIGURE),
  act("PATCH", "/insights/flags/{id}", { may: RUN, on: newFlag, body: () => ({ state: "fine" }) }),
  create("/insights/rebuild", { may: CONFIGURE, status: 202 }, () => ({})),

  ...BILLING_ROWS,
];

/** Everybody may leave; tried by itself, because whoever leaves is gone. */
export const LEAVE = "POST /api/merchants/{merchant}/leave";

export const FOR_EVERYBODY = [
  "GET /api/agreements",
  "GET /api/plans",
  "GET /api/templates",
  "POST /api/auth/codes",
  "POST /api/auth/passkeys/challenge",
  "POST /api/auth/passkeys/sessions",
  "POST /api/auth/sessions",
  "POST /api/invitations/preview",
];

export const FOR_SIGNED_IN = [
  "DELETE /api/auth/passkeys/{id}",
  "DELETE /api/auth/sessions",
  "DELETE /api/auth/sessions/{id}",
  "GET /api/auth/passkeys",
  "GET /api/auth/sessions",
  "GET /api/me",
  "PATCH /api/me",
  "POST /api/auth/passkeys",
  "POST /api/auth/passkeys/registration",
  "POST /api/invitations/accept",
  "POST /api/merchants",
];

export function nameOf({ method, route }: Row): string {
  return `${method} ${route}`;
}

/** What the contract objects to in an answer; null when it is as described. */
export function objection(row: Row, body: unknown): string | null {
  const route = createDashboardApp().openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === "route" ? [definition.route] : [],
  );
  const own = route.find(({ method, path }) => `${method.toUpperCase()} ${path}` === nameOf(row));
  const answer = own?.responses[row.status];
  const media = answer !== undefined && "content" in answer ? answer.content?.["application/json"] : undefined;
  const schema = media !== undefined && "schema" in media ? media.schema : undefined;
  if (!(schema instanceof z.ZodType)) return "the answer is not described";
  const parsed = schema.safeParse(body);
  return parsed.success ? null : z.prettifyError(parsed.error);
}

/** What the dashboard's API serves, as `METHOD /path/{id}`. */
export function servedRoutes(): string[] {
  return createDashboardApp()
    .openAPIRegistry.definitions.flatMap((definition) =>
      definition.type === "route" ? [`${definition.route.method.toUpperCase()} ${definition.route.path}`] : [],
    )
    .toSorted();
}

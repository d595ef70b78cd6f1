import { createRoute } from "@hono/zod-openapi";
import { IdCodec } from "../../../domain/tenancy/ids.ts";
import { agreementList, signedUp, signUpInput, templateList } from "../../../contract/dashboard-v1/merchant.ts";
import { invariant } from "../../../domain/invariant.ts";
import { EXCLUSIONS, listTemplates, makeFromTemplate } from "../../../domain/program/templates.ts";
import { AGREEMENT_VERSIONS, AGREEMENTS } from "../../../domain/tenancy/agreements.ts";
import { given } from "../../services/given.ts";
import { signUp } from "../../services/signup/sign-up.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderLocation, renderMerchant, renderNewKey, renderStaff, renderTill, renderVersion } from "../render.ts";

const agreementsRoute = createRoute({
  method: "get",
  path: "/api/agreements",
  operationId: "listAgreements",
  tags: ["Sign up"],
  summary: "The agreements in force",
  description: "The terms and the data processing agreement (GDPR article 28) with the versions to accept.",
  responses: { 200: json("The agreements.", agreementList), ...problems({ for: "everybody" }) },
});

const templatesRoute = createRoute({
  method: "get",
  path: "/api/templates",
  operationId: "listTemplates",
  tags: ["Sign up"],
  summary: "The templates",
  description: "What a programme can begin as, by goal; `missing` names what a template will get later.",
  responses: { 200: json("The templates.", templateList), ...problems({ for: "everybody" }) },
});

/** What somebody reads before signing up. */
export function signUpFacts(app: DashboardApp): void {
  app.openapi(agreementsRoute, (c) => {
    const data = AGREEMENTS.map((agreement) => ({
      object: "agreement" as const,
      agreement,
      version: AGREEMENT_VERSIONS[agreement],
    }));
    return c.json({ data }, 200);
  });

  app.openapi(templatesRoute, (c) => {
    const sample = { name: "-", currency: "EUR", timezone: "Europe/Amsterdam", locale: "nl" } as const;
    const data = listTemplates().map(({ id, name, goals }) => ({
      object: "template" as const,
      id,
      name,
      goals: [...goals],
      missing: [...makeFromTemplate(id, sample).missing],
      exclusions: [...EXCLUSIONS],
    }));
    return c.json({ data }, 200);
  });
}

const createRouteOfMerchants = createRoute({
  method: "post",
  path: "/api/merchants",
  operationId: "signUpMerchant",
  tags: ["Sign up"],
  summary: "Sign up a merchant",
  description:
    "Makes the merchant with its programme from a template, the first location and till, you as owner, and a test and a live key. Currency and region are fixed for good.",
  request: { body: jsonBody(signUpInput) },
  responses: {
    201: json("The merchant, ready for a first sale.", signedUp),
    ...problems({ for: "signed_in", changes: true }, ["agreement_outdated", "rate_limited"]),
  },
});

/** Signing up, for whoever is signed in. */
export function signUpMerchant(app: DashboardApp): void {
  app.openapi(createRouteOfMerchants, async (c) => {
    const { login, signedIn } = c.var;
    const { owner_name, location, ...input } = c.req.valid("json");
    const made = must(
      await signUp(login, signedIn.user, {
        ...input,
        ...given({ owner_name }),
        location: { name: location.name, ...given({ opening_hours: location.opening_hours }) },
      }),
    );
    invariant(made.owner !== null, "a sign-up makes an owner");
    return c.json(
      {
        object: "signed_up" as const,
        merchant: renderMerchant(made.merchant),
        location: renderLocation(made.location),
        till: renderTill(made.till),
        staff: renderStaff(
          made.owner,
          new IdCodec(login.locatorMac, { mode: "live", merchant: made.merchant.locator }),
        ),
        program: made.program === null ? null : renderVersion(made.program),
        missing: [...made.missing],
        keys: made.keys.map(renderNewKey),
      },
      201,
    );
  });
}

import { createRoute } from "@hono/zod-openapi";
import { invitation, invitationInput, invitationList } from "../../../contract/dashboard-v1/merchant.ts";
import { createInvitation } from "../../services/invitation/create.ts";
import { listInvitations, resendInvitation, revokeInvitation } from "../../services/invitation/manage.ts";
import { given } from "../../services/given.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, merchantPath, problems, thingPath } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderInvitation } from "../render.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/invitations",
  operationId: "listInvitations",
  tags: ["Invitations"],
  summary: "List invitations",
  description: "The newest 200, answered or not.",
  request: { params: merchantPath },
  responses: { 200: json("The invitations.", invitationList), ...problems({ for: "merchant" }) },
});

const sendRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/invitations",
  operationId: "invite",
  tags: ["Invitations"],
  summary: "Invite somebody",
  description: "Mails a link that works for 14 days, once, for that address. Managers may invite cashiers.",
  request: { params: merchantPath, body: jsonBody(invitationInput) },
  responses: {
    201: json("The invitation.", invitation),
    ...problems({ for: "merchant", changes: true }, [
      "email_taken",
      "already_invited",
      "limit_reached",
      "rate_limited",
    ]),
  },
});

const resendRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/invitations/{id}/resend",
  operationId: "resendInvitation",
  tags: ["Invitations"],
  summary: "Send an invitation again",
  description: "With a new link that lives on from now; the old one stops working. Once a minute, five times in all.",
  request: { params: thingPath },
  responses: {
    200: json("The invitation.", invitation),
    ...problems({ for: "merchant", changes: true }, ["invitation_accepted", "invitation_revoked", "rate_limited"]),
  },
});

const revokeRoute = createRoute({
  method: "delete",
  path: "/api/merchants/{merchant}/invitations/{id}",
  operationId: "revokeInvitation",
  tags: ["Invitations"],
  summary: "Withdraw an invitation",
  request: { params: thingPath },
  responses: {
    200: json("The invitation, withdrawn.", invitation),
    ...problems({ for: "merchant", changes: true }, ["invitation_accepted"]),
  },
});

/** Inviting people to the dashboard. */
export function invitationRoutes(app: DashboardApp): void {
  app.openapi(listRoute, async (c) => {
    const rows = must(await listInvitations({ ctx: c.var.desk }));
    return c.json({ data: rows.map(renderInvitation) }, 200);
  });
  app.openapi(sendRoute, async (c) => {
    const { locale, ...input } = c.req.valid("json");
    const made = must(await createInvitation({ ctx: c.var.desk, input: { ...input, ...given({ locale }) } }));
    return c.json(renderInvitation(made), 201);
  });
  app.openapi(resendRoute, async (c) => {
    const sent = must(await resendInvitation({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderInvitation(sent), 200);
  });
  app.openapi(revokeRoute, async (c) => {
    const revoked = must(await revokeInvitation({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderInvitation(revoked), 200);
  });
}

import { createRoute } from "@hono/zod-openapi";
import { invitationPreview, invitationToken, me } from "../../../contract/dashboard-v1/merchant.ts";
import { acceptInvitation, previewInvitation } from "../../services/invitation/accept.ts";
import { listMemberships } from "../../services/session/memberships.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { at, renderUser } from "../render.ts";

const REFUSALS = ["invitation_unknown", "invitation_expired", "invitation_revoked", "invitation_accepted"] as const;

const previewRoute = createRoute({
  method: "post",
  path: "/api/invitations/preview",
  operationId: "previewInvitation",
  tags: ["Invitations"],
  summary: "See what an invitation is for",
  description: "For whoever holds the link, before signing in.",
  request: { body: jsonBody(invitationToken) },
  responses: {
    200: json("The invitation.", invitationPreview),
    ...problems({ for: "everybody", changes: true }, REFUSALS),
  },
});

/** Looking at an invitation, for whoever holds its link. */
export function previewInvitationByLink(app: DashboardApp): void {
  app.openapi(previewRoute, async (c) => {
    const seen = must(await previewInvitation(c.var.login, c.req.valid("json").token));
    const { merchant, email, roles, expires_at_ms } = seen;
    return c.json(
      { object: "invitation_preview" as const, merchant, email, roles: [...roles], expires_at: at(expires_at_ms) },
      200,
    );
  });
}

const acceptRoute = createRoute({
  method: "post",
  path: "/api/invitations/accept",
  operationId: "acceptInvitation",
  tags: ["Invitations"],
  summary: "Accept an invitation",
  description: "Makes you one of the staff. Sign in with the address that the invitation was sent to.",
  request: { body: jsonBody(invitationToken) },
  responses: {
    200: json("You, with the new membership.", me),
    ...problems({ for: "signed_in", changes: true }, [
      ...REFUSALS,
      "invitation_other_address",
      "already_staff",
      "email_taken",
    ]),
  },
});

/** Accepting, for whoever has signed in with the invited address. */
export function acceptInvitationByLink(app: DashboardApp): void {
  app.openapi(acceptRoute, async (c) => {
    const { login, signedIn } = c.var;
    must(await acceptInvitation(login, signedIn.user, c.req.valid("json").token));
    const memberships = await listMemberships(login, signedIn.user.id);
    const data = memberships.map(({ merchant, staff, roles }) => ({
      object: "membership" as const,
      merchant,
      staff,
      roles: [...roles],
    }));
    return c.json({ object: "me" as const, user: renderUser(signedIn.user), memberships: data }, 200);
  });
}

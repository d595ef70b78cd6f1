import { assertNever } from "../../domain/invariant.ts";
import type { Result } from "../../domain/result.ts";
import { ProblemError, validationProblem } from "../http/problem.ts";
import type { InvitationRefused } from "../services/invitation/accept.ts";
import type { AlreadyInvited, CreateInvitationRefusal } from "../services/invitation/create.ts";
import type { InvitationAnswered } from "../services/invitation/manage.ts";
import type { BillingRefusal, PlanRefused } from "../services/billing/refusal.ts";
import type { SkuTaken } from "../services/item/schemas.ts";
import type { CreateKeyRefusal } from "../services/key/create.ts";
import type { RollKeyRefusal } from "../services/key/roll.ts";
import type { ArchiveLocationRefusal } from "../services/location/archive.ts";
import type { RedeemRefusal } from "../services/pairing/redeem.ts";
import type { PublishRefusal } from "../services/program/publish.ts";
import type { DraftChanged } from "../services/program/save-draft.ts";
import type { Entity } from "../services/refusal.ts";
import type { MailUnavailable } from "../services/session/context.ts";
import type { AgreementOutdated } from "../services/signup/sign-up.ts";
import type { LastOwner, Taken } from "../services/staff/rules.ts";

/** Everything that a service behind the dashboard or the pairing call can refuse with. */
export type ServiceRefusal =
  | CreateKeyRefusal
  | BillingRefusal
  | PlanRefused
  | RollKeyRefusal
  | ArchiveLocationRefusal
  | PublishRefusal
  | DraftChanged
  | SkuTaken
  | Taken
  | LastOwner
  | CreateInvitationRefusal
  | AlreadyInvited
  | InvitationAnswered
  | InvitationRefused
  | AgreementOutdated
  | MailUnavailable
  | RedeemRefusal;

/**
 * The value of an outcome.
 *
 * @throws ProblemError when the service refused
 */
export function must<Value>(result: Result<Value, ServiceRefusal>): Value {
  if (result.ok) return result.value;
  throw serviceProblem(result.error);
}

/** Services' refusals as problems: the one place that maps them. */
export function serviceProblem(refusal: ServiceRefusal): ProblemError {
  switch (refusal.code) {
    case "invalid_input":
      return validationProblem(refusal.issues);
    case "invalid_program":
      return new ProblemError("program_invalid", { errors: refusal.issues });
    case "forbidden":
      return new ProblemError("role_missing");
    case "not_found":
      return notFoundProblem(refusal.what);
    case "limit_reached":
      return new ProblemError("limit_reached", { detail: `There may be ${refusal.max} of ${refusal.what}.` });
    case "busy":
    case "mail_unavailable":
      return new ProblemError("unavailable", { retryAfterSeconds: refusal.code === "busy" ? 1 : 30 });
    case "rate_limited":
      return new ProblemError("rate_limited", { retryAfterSeconds: refusal.retry_after_seconds });
    case "effective_too_soon":
    case "effective_too_late":
      return new ProblemError("effective_refused", { detail: boundText(refusal.code, refusal.bound_ms) });
    case "plan_limit_reached":
    case "plan_feature_missing":
    case "changes_paused":
      return new ProblemError(refusal.code, { detail: refusal.detail });
    case "freeze_needed":
      return new ProblemError("freeze_needed", {
        detail: `Name ${refusal.count} of the open locations in \`freeze\`.`,
      });
    case "billing_unavailable":
      return new ProblemError("billing_unavailable", { retryAfterSeconds: 60 });
    case "billing_absent":
    case "already_subscribed":
    case "not_subscribed":
    case "plan_unchanged":
    case "preview_outdated":
    case "payment_refused":
    case "tax_id_refused":
    case "merchant_inactive":
    case "expiry_past":
    case "key_inactive":
    case "already_rolled":
    case "location_has_tills":
    case "last_location":
    case "draft_changed":
    case "program_unchanged":
    case "sku_taken":
    case "email_taken":
    case "pin_taken":
    case "last_owner":
    case "already_invited":
    case "already_staff":
    case "invitation_unknown":
    case "invitation_expired":
    case "invitation_revoked":
    case "invitation_accepted":
    case "invitation_other_address":
    case "agreement_outdated":
    case "pairing_code_unknown":
    case "pairing_code_used":
    case "pairing_code_expired":
      return new ProblemError(refusal.code);
    default:
      return assertNever(refusal, "refusal");
  }
}

function notFoundProblem(what: Entity): ProblemError {
  if (what === "merchant") return new ProblemError("merchant_unknown");
  return new ProblemError("resource_unknown", { detail: `The merchant has no such ${what.replaceAll("_", " ")}.` });
}

function boundText(code: "effective_too_soon" | "effective_too_late", bound_ms: number): string {
  const bound = new Date(bound_ms).toISOString();
  return code === "effective_too_soon"
    ? `It can take effect from ${bound} on.`
    : `It must take effect before ${bound}.`;
}

import type { RegistryRefusal } from "../../../../durable/merchant-registry/protocol.ts";
import { assertNever } from "../../../../domain/invariant.ts";
import { ProblemError, validationProblem } from "../../../http/problem.ts";

const IDENTIFIER_NAMES = {
  phone: "phone number",
  email: "e-mail address",
  external_id: "external id",
  card_number: "card number",
} as const;

/** The registry's refusals as problems. */
export function registryProblem(refusal: RegistryRefusal): ProblemError {
  switch (refusal.code) {
    case "unknown_member":
      return new ProblemError("member_unknown");
    case "erased":
      return new ProblemError("member_erased");
    case "idempotency_mismatch":
      return new ProblemError("idempotency_mismatch");
    case "identifier_taken":
      return new ProblemError("identifier_taken", {
        detail: `This ${IDENTIFIER_NAMES[refusal.kind]} belongs to another member.`,
      });
    case "merging":
      return new ProblemError("merge_changed");
    case "metadata_full":
      return validationProblem([
        { path: "metadata", message: `at most ${refusal.max} pairs, those on record included` },
      ]);
    case "invalid_cursor":
      return validationProblem([{ path: "cursor", message: "is not a next_cursor of this list" }]);
    case "live_mode":
      return new ProblemError("live_mode");
    case "unknown_merchant":
    case "unknown_key":
      return new ProblemError("key_invalid");
    case "account_exists":
      return new ProblemError("unavailable", { retryAfterSeconds: 1 });
    default:
      return assertNever(refusal, "registry refusal");
  }
}

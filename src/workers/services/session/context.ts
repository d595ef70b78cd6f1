import type { LoginDb } from "../../../db/login-db.ts";
import type { TenantDb } from "../../../db/tenant-db.ts";
import type { Mac } from "../../../domain/tenancy/mac.ts";
import type { MailPort } from "../../mail/mail.ts";
import type { ServicePorts } from "../context.ts";

/** What signing in, inviting and pairing need besides: here no tenant is known yet. */
export interface LoginContext {
  readonly request_id: string;
  readonly login: LoginDb;
  readonly openTenant: (locator: string) => TenantDb;
  /** Keyed with a secret outside D1: digests of addresses and short codes cannot be undone by whoever holds D1. */
  readonly digest: Mac;
  readonly mail: MailPort;
  readonly ports: ServicePorts;
  /** Scheme and host that people come to. */
  readonly origin: string;
  /** Where the request came from, as far as it is told. */
  readonly address: string;
}

/** Somebody who has signed in. */
export interface SignedInUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** The queue of mails cannot be reached: nothing was sent. */
export interface MailUnavailable {
  readonly code: "mail_unavailable";
}

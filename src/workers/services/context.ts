import type { z } from "zod";
import type { TenantDb } from "../../db/tenant-db.ts";
import type { Actor } from "../../domain/tenancy/actor.ts";
import type { Mac } from "../../domain/tenancy/mac.ts";
import type { RegistryPort } from "./config/registry-port.ts";

/** A line of the log: what happened, and the facts that help. Never personal data, never a secret. */
export type LogEvent = { readonly event: string } & Readonly<Record<string, string | number | boolean | null>>;

/** What services need of the outside world. Tests pass fakes. */
export interface ServicePorts {
  readonly now_ms: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly registry: RegistryPort;
  /** Keyed with a secret that is not in D1, so that a copy of the database alone does not tell anyone's PIN. */
  readonly pinMac: Mac;
  readonly log: (event: LogEvent) => void;
}

/** On whose behalf a service runs. The tenant's rows are the only ones it can reach. */
export interface ServiceContext {
  readonly tenant: TenantDb;
  readonly actor: Actor;
  readonly request_id: string;
  readonly ports: ServicePorts;
}

/** Services read their input and never change it, so callers may pass what must not be changed. */
export type ReadonlyInput<Input> = Input extends readonly (infer Element)[]
  ? readonly ReadonlyInput<Element>[]
  : Input extends object
    ? { readonly [Key in keyof Input]: ReadonlyInput<Input[Key]> }
    : Input;

/** How every service is called. The input is checked again inside, whatever the transport did. */
export interface ServiceCall<Schema extends z.ZodType> {
  readonly ctx: ServiceContext;
  readonly input: ReadonlyInput<z.input<Schema>>;
}

import { z } from "zod";
import type { JobDb } from "../../db/job-db.ts";
import type { MasterKeys } from "../../durable/shared/master-keys.ts";
import type { MailSender } from "../mail/senders/sender.ts";
import type { LogEvent } from "../services/context.ts";

/** What handlers of queue messages need of the outside world. Tests pass fakes. */
export interface JobPorts {
  readonly now_ms: () => number;
  readonly log: (event: LogEvent) => void;
  readonly jobs: JobDb;
  readonly keys: () => MasterKeys;
  /** @throws DeliveryError when the settings of mail make no sense */
  readonly mailer: () => MailSender;
  /** Puts a body into the dead letter queue. */
  readonly bury: (body: unknown) => Promise<void>;
}

/** One delivery of a message. */
export interface Delivery {
  /** The queue's id of the message, the same at every delivery. */
  readonly id: string;
  /** 1 at the first. */
  readonly attempt: number;
  /** No other delivery follows when this one fails. */
  readonly isLast: boolean;
}

/** Reasons are classes such as `smtp_rcpt_550`: they are logged and stored, so they must not quote anything. */
export type Outcome =
  | { readonly kind: "done" }
  /** Comes again later: after so many seconds, or as the attempts before tell. */
  | { readonly kind: "retry"; readonly reason: string; readonly delay_seconds?: number }
  | { readonly kind: "dead"; readonly reason: string };

/** Does what one type and version of message asks for. */
export interface JobHandler {
  readonly type: string;
  readonly v: number;
  readonly run: (ports: JobPorts, body: unknown, delivery: Delivery) => Promise<Outcome>;
}

interface HandlerOf<Schema extends z.ZodType> {
  readonly type: string;
  readonly v: number;
  /** Of the whole body. Bodies are kept up to two weeks: a change of shape is a new version with its own handler. */
  readonly schema: Schema;
  readonly run: (ports: JobPorts, body: z.output<Schema>, delivery: Delivery) => Promise<Outcome>;
}

/** A handler whose body is checked first; one that does not fit is dead. It may throw: the message comes again. */
export function jobHandler<Schema extends z.ZodType>({ type, v, schema, run }: HandlerOf<Schema>): JobHandler {
  return {
    type,
    v,
    run: async (ports, body, delivery) => {
      const parsed = schema.safeParse(body);
      return parsed.success ? run(ports, parsed.data, delivery) : { kind: "dead", reason: "malformed_body" };
    },
  };
}

/** What every message says of itself, whatever else it holds. */
export const envelope = z.looseObject({
  type: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
  v: z.int().min(1).max(1000),
});

/** What a key looks like: it is stored and logged, so it has no room for an address. */
export const jobKey = z.string().regex(/^[\w:.-]{1,200}$/);

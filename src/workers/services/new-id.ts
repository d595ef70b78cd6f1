import { type ConfigIdPrefix, createConfigId } from "../../domain/tenancy/ids.ts";
import type { ServicePorts } from "./context.ts";

/** A fresh id of something the merchant configures. */
export function newId(ports: Pick<ServicePorts, "random">, prefix: ConfigIdPrefix): string {
  return createConfigId(prefix, ports.random(10));
}

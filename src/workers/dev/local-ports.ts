import { servicePorts, tenantOpener } from "../ports.ts";
import { readSecrets } from "../secrets.ts";
import type { SignupContext } from "../services/merchant/create.ts";

/** A sign-up on this machine, where anybody may. */
export function localSignup(env: Env, request_id: string): SignupContext {
  return {
    request_id,
    openTenant: tenantOpener(env),
    locatorMac: readSecrets(env).idMac,
    ports: servicePorts(env),
  };
}

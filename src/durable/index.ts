import { DurableObject } from "cloudflare:workers";

export { MemberAccount } from "./member-account/member-account.ts";

export { MerchantRegistry } from "./merchant-registry/merchant-registry.ts";

export class MerchantInsights extends DurableObject<Env> {}

export class MerchantGuard extends DurableObject<Env> {}

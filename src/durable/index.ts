import { DurableObject } from "cloudflare:workers";

export { MemberAccount } from "./member-account/member-account.ts";

export { MerchantRegistry } from "./merchant-registry/merchant-registry.ts";

export { MerchantInsights } from "./merchant-insights/merchant-insights.ts";

export class MerchantGuard extends DurableObject<Env> {}

import { DurableObject } from "cloudflare:workers";

export class MemberAccount extends DurableObject<Env> {}

export class MerchantRegistry extends DurableObject<Env> {}

export class MerchantInsights extends DurableObject<Env> {}

export class MerchantGuard extends DurableObject<Env> {}

export { MemberAccount } from "./member-account/member-account.ts";

export { MerchantRegistry } from "./merchant-registry/merchant-registry.ts";

export { MerchantInsights } from "./merchant-insights/merchant-insights.ts";

export { MerchantGuard } from "./merchant-guard/merchant-guard.ts";

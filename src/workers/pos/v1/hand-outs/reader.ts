import { InsightsClient } from "../../../../durable/merchant-insights/client.ts";
import type { HandOutReader } from "../../../insights/hand-outs.ts";
import type { PosDesk } from "../desk.ts";

/** What a till reads over all members, as its merchant's. */
export function handOutReader({ parts, tenant, ids, locale }: PosDesk): HandOutReader {
  return { insights: new InsightsClient(parts.env.MERCHANT_INSIGHTS, tenant), ids, locale };
}

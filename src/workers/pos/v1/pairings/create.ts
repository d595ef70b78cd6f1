import { createRoute } from "@hono/zod-openapi";
import { pairingAnswer, pairingInput } from "../../../../contract/pos-v1/pairing.ts";
import { serviceProblem } from "../../../dashboard/refusal.ts";
import { clientAddress } from "../../../middleware/client-address.ts";
import { ownOrigin } from "../../../middleware/same-origin.ts";
import { loginContext } from "../../../ports.ts";
import { given } from "../../../services/given.ts";
import { redeemPairingCode } from "../../../services/pairing/redeem.ts";
import type { PosApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";

const route = createRoute({
  method: "post",
  path: "/v1/pairings",
  operationId: "createPairing",
  tags: ["Pairing"],
  summary: "Pair a till",
  description:
    "Swaps the six digits that the dashboard shows for the till's key. A code works once, within ten minutes. This call needs no key and no Idempotency-Key: when the answer is lost, make a new code. Ten wrong codes an hour are looked at from one network.",
  security: [],
  request: { body: jsonBody(pairingInput) },
  responses: {
    201: json("The key. Keep it: it is told now and never again.", pairingAnswer),
    ...problems({ body: true, keyless: true }, [
      "pairing_code_unknown",
      "pairing_code_used",
      "pairing_code_expired",
      "merchant_inactive",
      "limit_reached",
    ]),
  },
});

export function createPairing(app: PosApp): void {
  app.openapi(route, async (c) => {
    const { code, name } = c.req.valid("json");
    const arrival = { request_id: c.var.requestId, origin: ownOrigin(c.req.url), address: clientAddress(c) };
    const paired = await redeemPairingCode(loginContext(c.env, arrival), { code, ...given({ name }) });
    if (!paired.ok) throw serviceProblem(paired.error);
    const { secret, key, merchant, location, till } = paired.value;
    return c.json(
      {
        object: "pairing" as const,
        key: secret,
        mode: key.mode,
        scopes: [...key.scopes],
        merchant: {
          locator: merchant.locator,
          name: merchant.name,
          currency: merchant.currency,
          locale: merchant.locale,
        },
        location: { id: location.id, name: location.name, country: location.country, timezone: location.timezone },
        till: { id: till.id, name: till.name },
      },
      201,
      { "cache-control": "no-store" },
    );
  });
}

import { createRoute } from "@hono/zod-openapi";
import { snapshotKeys } from "../../../../contract/pos-v1/snapshot-key.ts";
import { signingKey } from "../../../snapshots/signing-keys.ts";
import type { PosApp } from "../app.ts";
import { json, problems } from "../openapi.ts";

const route = createRoute({
  method: "get",
  path: "/v1/snapshot-keys",
  operationId: "listSnapshotKeys",
  tags: ["Program"],
  summary: "Read the keys that verify snapshots",
  description:
    "The public keys with which a till checks, without a connection, that a signed balance is this merchant's. Keep them with the till and read them again once a day, and when a snapshot names a `kid` that is not among them. Any key may read them.",
  responses: { 200: json("The keys.", snapshotKeys), ...problems({}) },
});

export function listSnapshotKeys(app: PosApp): void {
  app.openapi(route, async (c) => {
    const { tenant, parts } = c.var.pos;
    const { snapshotSeeds: seeds } = parts.secrets;
    const found = await Promise.all([...seeds.macs.keys()].map((kid) => signingKey(seeds, tenant, kid)));
    const keys = found.flatMap((key) =>
      key === null ? [] : [{ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid: key.kid, x: key.x } as const],
    );
    return c.json({ keys }, 200);
  });
}

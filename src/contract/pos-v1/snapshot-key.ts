import { z } from "zod";

export const snapshotKeys = z
  .strictObject({
    keys: z
      .array(
        z.strictObject({
          kty: z.literal("OKP").meta({ description: "Always `OKP`." }),
          crv: z.literal("Ed25519").meta({ description: "Always `Ed25519`." }),
          alg: z.literal("EdDSA").meta({ description: "Always `EdDSA`." }),
          use: z.literal("sig").meta({ description: "Always `sig`." }),
          kid: z.string().meta({ description: "Which key; a snapshot's header names it.", example: "c2" }),
          x: z.string().meta({
            description: "The public key, base64url.",
            example: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
          }),
        }),
      )
      .meta({ description: "The newest last; older ones still verify." }),
  })
  .meta({ id: "SnapshotKeys", description: "A JWK set (RFC 7517)." });

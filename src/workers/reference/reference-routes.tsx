import { Hono } from "hono";
import { html } from "hono/html";
import { NONCE, secureHeaders, type SecureHeadersVariables } from "hono/secure-headers";
import type { AppEnv } from "../hono-env.ts";
import { preferredLocale } from "../middleware/authenticate-pos-key.ts";
import { DocsPage } from "./docs-page.tsx";
import { LandingPage } from "./landing-page.tsx";
import { asObject } from "./json-schema.ts";
import { openapiDocument } from "./openapi-document.ts";
import { problemCodes } from "./operations.ts";

/** Pages load nothing from anywhere else, and run no script but those that they name. */
const strict = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: [NONCE],
    styleSrc: ["'self'"],
    // Swagger UI draws its icons as data: URLs.
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  referrerPolicy: "no-referrer",
});

/** The page at the root, the reference, and the document that it is made of. */
export const referenceRoutes = new Hono<AppEnv & { Variables: SecureHeadersVariables }>();

referenceRoutes.get("/", strict, (c) => {
  const locale = preferredLocale(c.req.header("accept-language"), "en");
  c.header("vary", "accept-language");
  return c.html(html`<!doctype html>${<LandingPage locale={locale} />}`);
});

referenceRoutes.get("/docs", strict, (c) => {
  const { origin } = new URL(c.req.url);
  // The nonce is for one answer alone.
  c.header("cache-control", "no-store");
  const page = <DocsPage origin={origin} nonce={c.get("secureHeadersNonce")} tillCodes={made().tillCodes} />;
  return c.html(html`<!doctype html>${page}`);
});

referenceRoutes.get("/openapi.json", (c) => {
  // Public, and useful to tools that run on another page.
  c.header("access-control-allow-origin", "*");
  c.header("x-content-type-options", "nosniff");
  c.header("cache-control", "public, max-age=300");
  return c.body(made().text, 200, { "content-type": "application/json" });
});

interface Reference {
  /** The document as it is served. */
  readonly text: string;
  readonly tillCodes: ReadonlySet<string>;
}

/** Made at the first request that asks, and kept as long as the isolate lives. */
let reference: Reference | null = null;

function made(): Reference {
  if (reference !== null) return reference;
  const document = openapiDocument();
  const tillCodes = new Set([
    ...problemCodes(asObject(document["paths"] ?? {})),
    "route_not_found",
    "method_not_allowed",
  ]);
  reference = { text: JSON.stringify(document), tillCodes };
  return reference;
}

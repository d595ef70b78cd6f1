import { Hono } from "hono";
import { html } from "hono/html";
import { NONCE, secureHeaders, type SecureHeadersVariables } from "hono/secure-headers";
import type { AppEnv } from "../hono-env.ts";
import { preferredLocale } from "../middleware/authenticate-pos-key.ts";
import { DocsPage } from "./docs-page.tsx";
import { LandingPage } from "./landing-page.tsx";
import { openapiDocument } from "./openapi-document.ts";

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
  return c.html(html`<!doctype html>${<DocsPage origin={origin} nonce={c.get("secureHeadersNonce")} />}`);
});

referenceRoutes.get("/openapi.json", (c) => {
  // Public, and useful to tools that run on another page.
  c.header("access-control-allow-origin", "*");
  c.header("x-content-type-options", "nosniff");
  c.header("cache-control", "public, max-age=300");
  return c.body(documentText(), 200, { "content-type": "application/json" });
});

/** Made at the first request that asks, and kept as long as the isolate lives. */
let text: string | null = null;

function documentText(): string {
  text ??= JSON.stringify(openapiDocument());
  return text;
}

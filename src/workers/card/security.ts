import { createMiddleware } from "hono/factory";
import { NONCE, secureHeaders } from "hono/secure-headers";
import type { CardEnv } from "./card-env.ts";

const TWO_YEARS_SECONDS = 63_072_000;

/** Older Safari does not take 'self' to cover WebSockets. */
const liveSource = (c: { readonly req: { readonly url: string } }) => new URL(c.req.url).origin.replace(/^http/, "ws");

/** A member's page loads nothing from anywhere else, runs no script but its own, and stands in nobody's frame. */
const strict = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: [NONCE],
    styleSrc: ["'self'", NONCE],
    imgSrc: ["'self'"],
    connectSrc: ["'self'", liveSource],
    manifestSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  referrerPolicy: "no-referrer",
  strictTransportSecurity: `max-age=${TWO_YEARS_SECONDS}; includeSubDomains`,
  permissionsPolicy: {
    camera: [],
    microphone: [],
    geolocation: [],
    payment: [],
    usb: [],
    browsingTopics: [],
    // The code stays lit while it is shown.
    screenWakeLock: ["self"],
  },
});

/** The headers of every page and answer of a member: strict, kept by no cache, found by no search engine. */
export const memberHeaders = createMiddleware<CardEnv>(async (c, next) => {
  const answered = await strict(c, next);
  c.header("x-robots-tag", "noindex, nofollow");
  c.header("vary", "accept-language, cookie", { append: true });
  if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  return answered;
});

/**
 * Whether a browser sends this from a page of ours. With `no-referrer` it calls the origin of a form "null", so what it says
 * of the site counts first. Programs that say neither are not browsers.
 */
export function comesFromUs(
  headers: { readonly site: string | undefined; readonly origin: string | undefined },
  own: string,
): boolean {
  if (headers.site !== undefined) return headers.site === "same-origin";
  return headers.origin === own;
}

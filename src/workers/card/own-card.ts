import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { CardEnv } from "./card-env.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Lets this browser find its card of a merchant again when a receipt is scanned with the phone's camera. The cookie goes to
 * the claim page alone, and no script can read it.
 */
export function rememberCard(c: Context<CardEnv>, merchant: string, token: string): void {
  setCookie(c, nameOf(merchant), token, {
    path: "/claim",
    maxAge: YEAR_SECONDS,
    sameSite: "Lax",
    httpOnly: true,
    secure: new URL(c.req.url).protocol === "https:",
  });
}

/** The token of the card that this browser last showed; null when it has none. */
export function ownCard(c: Context<CardEnv>, merchant: string): string | null {
  return getCookie(c, nameOf(merchant)) ?? null;
}

function nameOf(merchant: string): string {
  return `card_${merchant}`;
}

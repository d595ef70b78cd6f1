import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { type Locale, LOCALES } from "../../domain/tenancy/config.ts";
import { preferredLocale } from "../middleware/authenticate-pos-key.ts";
import type { CardEnv } from "./card-env.ts";

const COOKIE = "lang";
const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * The language to show: that of the page which asks for a part of itself (`in`), else the one just chosen with the switch
 * (`lang`), else the one chosen before, else the browser's, else the merchant's. A choice is remembered on the device, in a
 * cookie that says nothing of a person.
 */
export function readerLocale(c: Context<CardEnv>, fallback: Locale): Locale {
  const shown = asLocale(c.req.query("in"));
  if (shown !== null) return shown;
  const chosen = asLocale(c.req.query("lang"));
  if (chosen !== null) remember(c, chosen);
  return chosen ?? asLocale(getCookie(c, COOKIE)) ?? preferredLocale(c.req.header("accept-language"), fallback);
}

function remember(c: Context<CardEnv>, locale: Locale): void {
  setCookie(c, COOKIE, locale, {
    path: "/",
    maxAge: YEAR_SECONDS,
    sameSite: "Lax",
    httpOnly: true,
    secure: new URL(c.req.url).protocol === "https:",
  });
}

function asLocale(text: string | undefined): Locale | null {
  return LOCALES.find((locale) => locale === text) ?? null;
}

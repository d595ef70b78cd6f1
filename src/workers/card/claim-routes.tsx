import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { macText } from "../../domain/tenancy/mac.ts";
import { type ClaimRefusal, claimReceipt } from "../claims/claim-receipt.ts";
import type { CardEnv } from "./card-env.ts";
import { takeJoin } from "./join/join-limit.ts";
import { joinAnonymously } from "./join/join-member.ts";
import { cardOfToken } from "./member-desk.ts";
import { onTrouble } from "./on-trouble.tsx";
import { ownCard } from "./own-card.ts";
import { ClaimPage } from "./pages/claim-page.tsx";
import { type Claim, claimOfToken, readClaim } from "./read-claim.ts";
import { readerLocale } from "./reader.ts";
import { requireRoom } from "./require-room.ts";
import { comesFromUs, memberHeaders } from "./security.ts";
import type { Trouble } from "./texts.ts";
import { TroubleError } from "./trouble.ts";

/** Where the code on a receipt leads: what the sale earned, and one tap to have it on a card. */
export const claimRoutes = new Hono<CardEnv>();

claimRoutes.onError(onTrouble);
claimRoutes.use("/claim/*", memberHeaders);

claimRoutes.get("/claim/:token", async (c) => {
  const token = c.req.param("token");
  const claim = await readClaim(await claimOfToken(c.env, token));
  const locale = readerLocale(c, claim.desk.fallbackLocale);
  const hasCard = ownCard(c, claim.desk.merchant.locator) !== null;
  const props = { claim, token, locale, hasCard, nonce: c.get("secureHeadersNonce") };
  return c.html(html`<!doctype html>${<ClaimPage {...props} />}`);
});

claimRoutes.post("/claim/:token", async (c) => {
  const { origin } = new URL(c.req.url);
  const from = { site: c.req.header("sec-fetch-site"), origin: c.req.header("origin") };
  if (!comesFromUs(from, origin)) throw new TroubleError("refused");
  const claim = await claimOfToken(c.env, c.req.param("token"));
  const { merchant } = claim.desk;
  const wait = takeJoin(c.req.header("cf-connecting-ip") ?? "", Date.now());
  if (wait > 0) throw new TroubleError("too_many", { merchant, retryAfterSeconds: wait });
  const { to } = await c.req.parseBody();
  const card = to === "own" ? await ownCardOf(c, claim) : null;
  const shown = card ?? (await newCard(c, claim));
  const { desk, receipt } = claim;
  const by = { kind: "system", job: "claim" } as const;
  const claimed = await claimReceipt({ account: (account) => desk.account(account), by }, receipt, shown.account);
  if (!claimed.ok) throw new TroubleError(TROUBLES[claimed.error], { merchant });
  return c.redirect(`/c/${shown.token}`, 303);
});

const TROUBLES: Readonly<Record<ClaimRefusal, Trouble>> = {
  claim_used: "claim_used",
  claim_expired: "claim_expired",
  member_unknown: "unknown_card",
  member_erased: "erased",
};

interface Receiver {
  readonly account: string;
  readonly token: string;
}

/** The card this browser has of the merchant; null when it is none any more. */
async function ownCardOf(c: Context<CardEnv>, { desk }: Claim): Promise<Receiver | null> {
  const token = ownCard(c, desk.merchant.locator);
  const shown = token === null ? null : await cardOfToken(c.env, token);
  if (shown === null || shown.desk.tenant.mode !== desk.tenant.mode) return null;
  return { account: shown.card.account, token: shown.token };
}

/**
 * A new anonymous card. The receipt names it, so that two taps make one card. A receipt that is gone makes none: it is
 * looked at before.
 */
async function newCard(c: Context<CardEnv>, claim: Claim): Promise<Receiver> {
  const { desk, receipt } = claim;
  const once = macText(desk.secrets.idMac, 16, ["claim", desk.tenant.mode, desk.tenant.merchant, receipt]);
  await readUnlessOurs(claim);
  requireRoom(desk);
  const token = await joinAnonymously({ desk, locale: readerLocale(c, desk.fallbackLocale), once });
  const shown = await cardOfToken(c.env, token);
  if (shown === null) throw new TroubleError("unavailable", { retryAfterSeconds: 1 });
  return { account: shown.card.account, token };
}

/** A second tap finds the receipt collected, by the very card of the first; only a receipt that is over stops here. */
async function readUnlessOurs(claim: Claim): Promise<void> {
  await readClaim(claim).catch((error: unknown) => {
    if (error instanceof TroubleError && error.trouble === "claim_used") return;
    throw error;
  });
}

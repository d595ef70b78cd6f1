import { type Context, Hono } from "hono";
import { html } from "hono/html";
import type { Locale } from "../../domain/tenancy/config.ts";
import { connectLive } from "../../durable/member-account/live-client.ts";
import type { CardEnv } from "./card-env.ts";
import { cardView } from "./card-view.ts";
import { HOPS_MAX } from "../../durable/member-account/follow-moved.ts";
import { ICON_SIZES, iconPng } from "./icon.ts";
import { cardOfToken, type MemberDesk, type ShownCard } from "./member-desk.ts";
import { CardPage } from "./pages/card-page.tsx";
import { Now } from "./pages/now.tsx";
import { type CardStory, readCard } from "./read-card.ts";
import { readerLocale } from "./reader.ts";
import { rememberCard } from "./own-card.ts";
import { comesFromUs, memberHeaders } from "./security.ts";
import { TEXTS } from "./texts.ts";
import { themeOf } from "./theme.ts";
import { TroubleError, type TroubleFacts } from "./trouble.ts";
import { onTrouble } from "./on-trouble.tsx";

const DAY_SECONDS = 86_400;

/** The card of a member, found by its token: the page, its changing part, its manifest and its live connection. */
export const cardRoutes = new Hono<CardEnv>();

cardRoutes.onError(onTrouble);

/** Before the headers below: the answer that opens a socket is the object's own and takes none. */
cardRoutes.get("/c/:token/live", async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return c.body(null, 426, { upgrade: "websocket" });
  const { origin } = new URL(c.req.url);
  // A page of somebody else's has no business here, even when it knows the token.
  if (!comesFromUs({ site: undefined, origin: c.req.header("origin") }, origin)) return c.body(null, 403);
  const shown = await cardOfToken(c.env, c.req.param("token"));
  return shown === null ? c.body(null, 404) : connect(c.env, shown);
});

cardRoutes.use("/c/*", memberHeaders);

cardRoutes.get("/c/:token", async (c) => {
  const { story, locale } = await storyOf(c);
  rememberCard(c, story.desk.merchant.locator, story.token);
  const props = { nonce: c.get("secureHeadersNonce"), byPhone: c.req.query("by") === "phone" };
  return c.html(html`<!doctype html>${<CardPage story={story} view={cardView(story, locale)} {...props} />}`);
});

/** The part that a booking changes, for a page that is open. */
cardRoutes.get("/c/:token/now", async (c) => {
  const { story, locale } = await storyOf(c);
  return c.html(<Now view={cardView(story, locale)} />);
});

/** Makes the card an app on the home screen. The start address carries the card, so nothing else has to remember it. */
cardRoutes.get("/c/:token/manifest.webmanifest", async (c) => {
  const token = c.req.param("token");
  const shown = await cardOfToken(c.env, token);
  if (shown === null) throw new TroubleError("unknown_card");
  const { merchant } = shown.desk;
  const locale = readerLocale(c, merchant.locale);
  const { brand } = themeOf(merchant.color);
  return c.body(JSON.stringify(manifestOf(token, merchant.name, brand, locale)), 200, {
    "content-type": "application/manifest+json",
  });
});

/** The same for every card of one colour, so it may be kept. */
cardRoutes.get("/card-icon/:file{[0-9a-f]{6}-[0-9]{3}[.]png}", (c) => {
  const [color = "", size = ""] = c.req.param("file").replace(".png", "").split("-");
  if (!ICON_SIZES.includes(Number(size))) throw new TroubleError("not_found");
  return c.body(iconPng(`#${color}`, Number(size)), 200, {
    "content-type": "image/png",
    "cache-control": `public, max-age=${DAY_SECONDS}, immutable`,
    "x-content-type-options": "nosniff",
  });
});

async function storyOf(
  c: Context<CardEnv, "/c/:token"> | Context<CardEnv, "/c/:token/now">,
): Promise<{ readonly story: CardStory; readonly locale: Locale }> {
  const shown = await cardOfToken(c.env, c.req.param("token"));
  if (shown === null) throw new TroubleError("unknown_card");
  const read = await readCard(shown);
  if (!read.ok) throw new TroubleError(read.error, troubleFacts(shown.desk));
  return { story: read.value, locale: readerLocale(c, shown.desk.fallbackLocale) };
}

function troubleFacts({ merchant }: MemberDesk): TroubleFacts {
  return { merchant };
}

/** Follows an account that has gone up in another, whose cards have numbers of their own. */
async function connect(env: Env, { desk, card }: ShownCard): Promise<Response> {
  let wanted: { readonly account: string; readonly card_no: number | null } = {
    account: card.account,
    card_no: card.cardNo,
  };
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const { response, moved_to } = await connectLive(env.MEMBER_ACCOUNT, desk.tenant, wanted);
    if (moved_to === null) return response;
    wanted = { account: moved_to, card_no: null };
  }
  return new Response(null, { status: 404 });
}

function manifestOf(token: string, merchant: string, brand: string, locale: Locale): object {
  return {
    id: `/c/${token}`,
    start_url: `/c/${token}`,
    scope: `/c/${token}`,
    name: TEXTS[locale].card.title(merchant),
    short_name: merchant,
    lang: locale,
    display: "standalone",
    background_color: brand,
    theme_color: brand,
    icons: ICON_SIZES.map((size) => ({
      src: `/card-icon/${brand.slice(1)}-${size}.png`,
      sizes: `${size}x${size}`,
      type: "image/png",
      purpose: "any maskable",
    })),
  };
}

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { html } from "hono/html";
import { describeProgram } from "../../domain/program/describe.ts";
import type { Locale } from "../../domain/tenancy/config.ts";
import { compiledProgram } from "../../durable/member-account/programs.ts";
import { mailPort } from "../mail/mail-port.ts";
import type { CardEnv } from "./card-env.ts";
import {
  checkForm,
  type FilledIn,
  inputOf,
  type JoinProblem,
  newOnce,
  NOTHING_FILLED_IN,
  readForm,
  type SentForm,
} from "./join/join-form.ts";
import { takeJoin } from "./join/join-limit.ts";
import { joinAnonymously, joinByMail, joinByPhone, type Joining } from "./join/join-member.ts";
import { deskOfMerchant, type MemberDesk } from "./member-desk.ts";
import { onTrouble } from "./on-trouble.tsx";
import { JoinPage } from "./pages/join-page.tsx";
import { NotePage } from "./pages/note-page.tsx";
import { readerLocale } from "./reader.ts";
import { requireRoom } from "./require-room.ts";
import { comesFromUs, memberHeaders } from "./security.ts";
import { TEXTS } from "./texts.ts";
import { TroubleError } from "./trouble.ts";

const FORM_BYTES_MAX = 16 * 1024;
/** No answer to an address or number comes sooner: how long the work took would tell whether they are known. */
const REGISTERED_MS_MIN = 400;

/** Where customers take a card, found by the merchant's locator. Always the live programme; test cards come from tills. */
export const joinRoutes = new Hono<CardEnv>();

joinRoutes.onError(onTrouble);
joinRoutes.use("/join/*", memberHeaders);

joinRoutes.get("/join/:merchant", async (c) => {
  const desk = await deskOf(c);
  return showForm(c, desk, { once: newOnce(), filledIn: NOTHING_FILLED_IN, problems: [] });
});

/** What everybody sees who filled in an e-mail address, known or new. */
joinRoutes.get("/join/:merchant/mailed", async (c) => {
  const desk = await deskOf(c);
  const locale = readerLocale(c, desk.fallbackLocale);
  const { join } = TEXTS[locale];
  const { name, color, locator } = desk.merchant;
  const page = (
    <NotePage locale={locale} nonce={nonceOf(c)} title={join.mailedTitle} color={color} merchant={name}>
      <p>{join.mailed}</p>
      <p class="note">{join.mailedAgain}</p>
      <a class="button" href={`/join/${locator}`}>
        {join.again}
      </a>
    </NotePage>
  );
  return c.html(html`<!doctype html>${page}`);
});

const limitForm = bodyLimit({
  maxSize: FORM_BYTES_MAX,
  onError: () => {
    throw new TroubleError("refused");
  },
});

joinRoutes.post("/join/:merchant", limitForm, async (c) => {
  const { origin } = new URL(c.req.url);
  const from = { site: c.req.header("sec-fetch-site"), origin: c.req.header("origin") };
  if (!comesFromUs(from, origin)) throw new TroubleError("refused");
  const desk = await deskOf(c);
  const wait = takeJoin(c.req.header("cf-connecting-ip") ?? "", Date.now());
  if (wait > 0) throw new TroubleError("too_many", { merchant: desk.merchant, retryAfterSeconds: wait });
  const form = await readForm(c);
  // A program that fills in everything hears what everybody hears, and nothing is made.
  if (form.byProgram) return c.redirect(`/join/${desk.merchant.locator}/mailed`, 303);
  const locale = readerLocale(c, desk.fallbackLocale);
  const joining = { desk, mail: mailPort(c.env), locale, once: form.once, origin };
  requireRoom(desk);
  if (form.how === "instant") return c.redirect(`/c/${await joinAnonymously(joining)}`, 303);
  const problems = checkForm(desk, form.filledIn);
  if (problems.length > 0) return showForm(c, desk, { ...form, problems });
  return c.redirect(await register(joining, form), 303);
});

/** Joins with an address or number, and says where to go on. */
async function register(joining: Joining, { filledIn }: SentForm): Promise<string> {
  const { desk, locale } = joining;
  const input = inputOf(desk, filledIn, locale);
  const { email } = input;
  const [next] = await Promise.all([
    email === null
      ? joinByPhone(joining, input).then((token) => `/c/${token}?by=phone`)
      : joinByMail(joining, { ...input, email }).then(() => `/join/${desk.merchant.locator}/mailed`),
    new Promise((resolve) => setTimeout(resolve, REGISTERED_MS_MIN)),
  ]);
  return next;
}

interface ShownForm {
  readonly once: string;
  readonly filledIn: FilledIn;
  readonly problems: readonly JoinProblem[];
}

async function showForm(c: Context<CardEnv>, desk: MemberDesk, form: ShownForm): Promise<Response> {
  const locale = readerLocale(c, desk.fallbackLocale);
  const { once, filledIn, problems } = form;
  const sentences = await sentencesOf(desk, locale);
  const props = { desk, locale, sentences, once, filledIn, problems, nonce: nonceOf(c) };
  return c.html(html`<!doctype html>${<JoinPage {...props} />}`, problems.length > 0 ? 422 : 200);
}

async function sentencesOf(desk: MemberDesk, locale: Locale): Promise<readonly string[]> {
  const text = await desk.program();
  return text === null ? [] : describeProgram(compiledProgram(text).document, locale).sentences;
}

async function deskOf(c: Context<CardEnv>): Promise<MemberDesk> {
  const desk = await deskOfMerchant(c.env, { mode: "live", merchant: c.req.param("merchant") ?? "" });
  if (desk === null) throw new TroubleError("unknown_merchant");
  return desk;
}

function nonceOf(c: Context<CardEnv>): string | undefined {
  return c.get("secureHeadersNonce");
}

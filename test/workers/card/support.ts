import type { TestMerchant } from "../../support/workerd/merchant.ts";
import { text } from "../pos/routes.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";

export const ORIGIN = "https://stempel.test";

export interface ShownPage {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** What a reader sees: without tags, style and script, and with single spaces. */
  readonly words: string;
}

let visitors = 0;

/** Each visitor comes from an address of their own, so that no test uses up another's allowance. */
function visitor(): string {
  visitors += 1;
  return `192.0.2.${visitors % 256}-${visitors}`;
}

/** Opens a page as a browser would; Dutch unless told. */
export async function open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<ShownPage> {
  const request = new Request(`${ORIGIN}${path}`, {
    headers: { "accept-language": "nl", ...headers },
    redirect: "manual",
  });
  return shown(await fetchWorker(request));
}

export async function shown(answer: Response): Promise<ShownPage> {
  const html = await answer.text();
  return { status: answer.status, headers: answer.headers, html, words: wordsOf(html) };
}

function wordsOf(html: string): string {
  const visible = html.replaceAll(/<(style|script|title|dialog)\b.*?<\/\1>/gs, " ").replaceAll(/<[^>]+>/g, " ");
  return visible
    .replaceAll("&amp;", "&")
    .replaceAll("&#39;", "'")
    .replaceAll(/[\s\u00a0\u202f]+/g, " ")
    .trim();
}

/** The request that sends the sign-up form. */
export function joinRequest(
  locator: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Request {
  return new Request(`${ORIGIN}/join/${locator}`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      "accept-language": "nl",
      "cf-connecting-ip": visitor(),
      ...headers,
    },
    body: new URLSearchParams({ how: "registered", once: newOnce(), ...fields }).toString(),
    redirect: "manual",
  });
}

export async function join(...form: Parameters<typeof joinRequest>): Promise<ShownPage> {
  return shown(await fetchWorker(joinRequest(...form)));
}

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export function newOnce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => ALPHABET[byte % 32]).join("");
}

/** The token that a redirect leads to. */
export function tokenIn({ headers }: ShownPage): string {
  const token = /^\/c\/([^?]+)/.exec(headers.get("location") ?? "")?.[1];
  if (token === undefined) throw new Error(`leads to no card: ${headers.get("location")}`);
  return token;
}

export interface NewMember {
  readonly id: string;
  readonly token: string;
}

export async function newMember({ till }: TestMerchant, profile: object = {}): Promise<NewMember> {
  const made = await till.must("POST", "/v1/members", profile);
  return { id: text(made["member"]?.["id"]), token: text(made["card_token"]) };
}

let receipts = 0;

/** A cup of coffee and a cake: 12 points, a coffee stamp and a visit stamp in the programme of the tests. */
export async function sell({ till }: TestMerchant, token: string): Promise<void> {
  receipts += 1;
  await till.must("POST", "/v1/sales", {
    receipt: `C-${receipts}`,
    member: { card: token },
    total: { amount: 1250, currency: "EUR" },
    lines: [
      { sku: "COF", category: "coffee", quantity: "1", amount: 350, tax_rate: "9" },
      { sku: "CAKE", category: "bakery", quantity: "1", amount: 900, tax_rate: "9" },
    ],
  });
}

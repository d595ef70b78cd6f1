import { env } from "cloudflare:workers";
import { AGREEMENT_VERSIONS } from "../../../src/domain/tenancy/agreements.ts";
import { createAuth } from "../../../src/workers/auth/auth.ts";
import { makeCode } from "../../../src/workers/auth/sessions.ts";
import type { ApiAnswer, Json } from "./merchant.ts";
import { fetchWorker } from "./fetch-worker.ts";

export const ORIGIN = "http://stempel.test";

export interface RequestOptions {
  readonly body?: unknown;
  /** Over the browser's own. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser as far as the API sees one: it keeps cookies, and names its origin with every change. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  /** Where it comes from; each test's browsers come from elsewhere unless told. */
  address = "192.0.2.1";

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async call(method: string, path: string, { body, headers }: RequestOptions = {}): Promise<ApiAnswer> {
    const answer = await fetchWorker(`${ORIGIN}${path}`, {
      method,
      headers: {
        "cf-connecting-ip": this.address,
        "user-agent": "Test browser",
        ...(this.cookie === "" ? {} : { cookie: this.cookie }),
        ...(method === "GET" ? {} : { origin: ORIGIN }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie);
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? {} : parseJson(text) };
  }

  /** A call that must succeed for the test to mean anything. */
  async must(method: string, path: string, options: RequestOptions = {}): Promise<Json> {
    const { status, body } = await this.call(method, path, options);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Signs in with a code that was made without a mail. */
  async signIn(email: string, name = "Ria"): Promise<this> {
    const code = await makeCode(createAuth(env, ORIGIN), email);
    await this.must("POST", "/api/auth/sessions", { body: { email, code, name } });
    return this;
  }

  #keep(cookie: string): void {
    const [pair = "", ...attributes] = cookie.split(";").map((part) => part.trim());
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
    if (isGone || value === "") this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

let people = 0;

/** An address that no other test of the file has. */
export function newAddress(name = "somebody"): string {
  people += 1;
  return `${name}.${people}@example.com`;
}

/** A signed-up merchant with its owner's browser. */
export interface SignedUp {
  readonly owner: Browser;
  readonly email: string;
  readonly locator: string;
  readonly location: string;
  readonly till: string;
  readonly staff: string;
  readonly testKey: string;
  readonly liveKey: string;
  /** `/api/merchants/{locator}`. */
  readonly path: string;
}

export const signUpBody = {
  name: "Café De Hoek",
  country: "NL",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  locale: "nl",
  template: "coffee-stamps",
  goal: "more_visits",
  location: { name: "Dorpsstraat" },
  till: { name: "Kassa 1" },
  agreements: AGREEMENT_VERSIONS,
} as const;

/** Signs up a merchant over HTTP; the sign-in's code is not mailed. */
export async function signUpMerchant(changes: object = {}): Promise<SignedUp> {
  const email = newAddress("owner");
  const owner = await new Browser().signIn(email);
  const made = await owner.must("POST", "/api/merchants", { body: { ...signUpBody, ...changes } });
  const [first, second] = Array.isArray(made["keys"]) ? made["keys"] : [];
  const keys = new Map([first, second].map((key: Json) => [text(key["mode"]), text(key["secret"])]));
  const locator = text(made["merchant"]?.["locator"]);
  return {
    owner,
    email,
    locator,
    location: text(made["location"]?.["id"]),
    till: text(made["till"]?.["id"]),
    staff: text(made["staff"]?.["id"]),
    testKey: keys.get("test") ?? "",
    liveKey: keys.get("live") ?? "",
    path: `/api/merchants/${locator}`,
  };
}

/** Somebody who accepted an invitation with these roles; no mail is read, the link is made anew. */
export async function addColleague(
  at: SignedUp,
  roles: readonly { readonly location: string; readonly role: string }[],
): Promise<Browser & { readonly staff: string }> {
  const email = newAddress("colleague");
  const invited = await at.owner.must("POST", `${at.path}/invitations`, { body: { email, name: "Noor", roles } });
  const token = await replaceToken(at.locator, text(invited["id"]));
  const browser = await new Browser().signIn(email, "Noor");
  const accepted = await browser.must("POST", "/api/invitations/accept", { body: { token } });
  return Object.assign(browser, { staff: text(accepted["memberships"]?.["0"]?.["staff"]) });
}

/** Gives an invitation a token that the test knows: the real one is in a mail only. */
export async function replaceToken(locator: string, invitation: string): Promise<string> {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const random = [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => alphabet[byte % 32]).join("");
  const token = `${locator}${random}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  await env.DB.prepare("UPDATE staff_invitation SET token_hash = ? WHERE merchant = ? AND id = ?")
    .bind(hash, locator, invitation)
    .run();
  return token;
}

/** A text out of an answer; an empty one when it is something else, so that the expectation fails. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function parseJson(json: string): Json {
  return JSON.parse(json);
}

import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type JsonObject, parseObject, readJson, writeJson } from "./json-file.ts";
import { codeOf, Problem } from "./problem.ts";

const NAMES = ["STEMPEL_ID_KEY", "STEMPEL_CARD_KEYS", "STEMPEL_MASTER_KEYS"] as const;
type SecretName = (typeof NAMES)[number];

/** What may be set besides: how mail is sent, and Stripe. Without a key for Stripe its stand-in answers. */
const SETTINGS = [
  "SMTP_URL",
  "MAIL_FROM",
  "MAIL_REPLY_TO",
  "PUBLIC_ORIGIN",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
] as const;
type Setting = (typeof SETTINGS)[number];

export type SecretValues = Readonly<Record<SecretName, string>> & Readonly<Partial<Record<Setting, string>>>;

const KEY_BYTES = 32;
const KEY_PATTERN = /^[\w-]{43,}$/;

export interface LoadedSecrets {
  readonly values: SecretValues;
  /** Where they come from, for messages. */
  readonly source: string;
  /** True when they were made just now. */
  readonly isNew: boolean;
}

/**
 * The Worker's secrets: from the environment when it names any of them, else from .dev.vars, which is made with random
 * keys when it is absent.
 *
 * @throws Problem that says which one is missing or malformed, never what is in it
 */
export function loadSecrets(root: string, env: NodeJS.ProcessEnv): LoadedSecrets {
  if (NAMES.some((name) => env[name] !== undefined)) {
    const source = "the environment";
    return { values: { ...check(env, source), ...settingsIn(env) }, source, isNew: false };
  }
  const file = join(root, ".dev.vars");
  const isNew = !existsSync(file);
  if (isNew) writeFileSync(file, newDevVars(), { mode: 0o600, flag: "wx" });
  const found = parseEnv(read(file));
  const values = { ...check(found, ".dev.vars"), ...settingsIn({ ...found, ...env }) };
  return { values, source: ".dev.vars", isNew };
}

function settingsIn(found: NodeJS.Dict<string>): Readonly<Partial<Record<Setting, string>>> {
  return Object.fromEntries(
    SETTINGS.flatMap((name) => {
      const value = found[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Problem(`Cannot read .dev.vars (${codeOf(error) ?? "unknown"}): mend its permissions.`);
  }
}

function newDevVars(): string {
  const key = () => randomBytes(KEY_BYTES).toString("base64url");
  return [
    "# Made by `npm start`. What is stored can only be read with these: keep them as long as the data in .stempel.",
    "# .dev.vars.example explains each.",
    `STEMPEL_ID_KEY="${key()}"`,
    `STEMPEL_CARD_KEYS='${JSON.stringify({ c1: key() })}'`,
    `STEMPEL_MASTER_KEYS='${JSON.stringify({ m1: key() })}'`,
    "",
  ].join("\n");
}

function check(found: NodeJS.Dict<string>, source: string): SecretValues {
  return {
    STEMPEL_ID_KEY: checkKey(found, "STEMPEL_ID_KEY", source),
    STEMPEL_CARD_KEYS: checkKeys(found, "STEMPEL_CARD_KEYS", source),
    STEMPEL_MASTER_KEYS: checkKeys(found, "STEMPEL_MASTER_KEYS", source),
  };
}

function checkKey(found: NodeJS.Dict<string>, name: SecretName, source: string): string {
  const value = found[name];
  if (value === undefined || value === "") throw malformed(source, `${name} is missing`);
  if (!KEY_PATTERN.test(value)) throw malformed(source, `${name} must be ${KEY_BYTES} bytes or more, base64url`);
  return value;
}

function checkKeys(found: NodeJS.Dict<string>, name: SecretName, source: string): string {
  const value = found[name];
  if (value === undefined || value === "") throw malformed(source, `${name} is missing`);
  const keys = Object.values(parseKeys(value));
  const fits = keys.length > 0 && keys.every((key) => typeof key === "string" && KEY_PATTERN.test(key));
  if (!fits)
    throw malformed(source, `${name} must be JSON such as {"c1":"…"} with keys of ${KEY_BYTES} bytes, base64url`);
  return value;
}

function parseKeys(text: string): JsonObject {
  return parseObject(text) ?? {};
}

function malformed(source: string, what: string): Problem {
  return new Problem(`${what} in ${source}: see .dev.vars.example for its form.`);
}

/**
 * Compares the secrets with those that the stored data were made with, and remembers them (as hashes) for the next time.
 * New keys may be added; one that data depend on may not change or go.
 *
 * @throws Problem when the data could not be read with these secrets
 */
export function matchSecrets(state: string, hasData: boolean, { values, source }: LoadedSecrets): void {
  const file = join(state, "secrets.json");
  const known = readJson(file) ?? {};
  const given = fingerprints(values);
  const changed = Object.keys(known).filter((name) => known[name] !== given[name]);
  if (hasData && changed.length > 0) {
    throw new Problem(
      `The data in ${state} were made with another ${changed.join(", ")} than ${source} has: ` +
        "put the old value back, or start over with `npm start -- --reset`.",
    );
  }
  writeJson(file, given);
}

function fingerprints(values: SecretValues): Record<string, string> {
  const each = (name: "STEMPEL_CARD_KEYS" | "STEMPEL_MASTER_KEYS") =>
    Object.entries(parseKeys(values[name])).map(([kid, key]): [string, string] => [
      `${name}.${kid}`,
      fingerprint(String(key)),
    ]);
  return Object.fromEntries([
    ["STEMPEL_ID_KEY", fingerprint(values.STEMPEL_ID_KEY)],
    ...each("STEMPEL_CARD_KEYS"),
    ...each("STEMPEL_MASTER_KEYS"),
  ]);
}

function fingerprint(key: string): string {
  return createHash("sha256").update(`stempel fingerprint\n${key}`).digest("hex").slice(0, 16);
}

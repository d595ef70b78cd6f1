import { createHash } from "node:crypto";

/** When the examples happen. */
const NOW = "2026-03-14T09:26:53.000Z";
const IN_A_QUARTER = "2026-03-14T09:41:53.000Z";
const IN_A_MONTH = "2026-04-13T09:26:53.000Z";
const DAY_MS = 24 * 60 * 60 * 1000;
const SAMPLE_LOCATOR = "e99heth0";

/**
 * An answer with everything that differs from run to run put to the same sample values: ids, card tokens and times. Ids
 * keep their shape, and those that were equal stay equal.
 */
export function asSample(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(
      /\b1\.(c\d)\.[0-9a-z]{8}\.([mr])[0-9a-z]{15}\.([0-9a-z]+)\.[0-9a-z]{16}/g,
      (_token, kid, kind, number) =>
        [1, kid, SAMPLE_LOCATOR, sampleAccount(kind), number, letters(`${kind} ${number}`, 16)].join("."),
    )
    .replaceAll(
      /\b(mem|crd|sal|ret|red|adj|acn|gft|iss|ent)_([mrb])[0-9a-z]{15}([0-9a-z]*)[0-9a-z]{8}\b/g,
      (_id, prefix, kind, tail) =>
        [prefix, `${sampleAccount(kind)}${tail}${letters(`${prefix} ${kind} ${tail}`, 8)}`].join("_"),
    )
    .replaceAll(/\b[0-9A-Z]{5}(-[0-9A-Z]{5}){3}\b/g, sampleCode())
    .replaceAll(/\b(test|live):[0-9a-z]{8}:(member|receipt):([mr])[0-9a-z]{15}\b/g, (_name, mode, kind, first) =>
      [mode, SAMPLE_LOCATOR, kind, sampleAccount(first)].join(":"),
    )
    .replaceAll(/_at_ms":\d{13}\b/g, `_at_ms":${Date.parse(NOW)}`)
    .replaceAll(/"token":"[0-9a-z]{26}"/g, `"token":"${letters("merge", 26)}"`)
    .replaceAll(/\b(loc|til|req)_[0-9a-z]{16}\b/g, (_id, prefix) => `${prefix}_${letters(prefix, 16)}`)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, sampleTime)
    .replaceAll(/"20\d\d-\d\d-\d\d"/g, JSON.stringify(NOW.slice(0, 10)));
  return JSON.parse(text);
}

/** What has just happened, what ends in a quarter of an hour or in a month, and what a test clock was set to. */
function sampleTime(time: string): string {
  const ahead_ms = Date.parse(time) - Date.now();
  if (ahead_ms > 60 * DAY_MS) return `${time.slice(0, 20)}000Z`;
  if (ahead_ms > DAY_MS) return IN_A_MONTH;
  return ahead_ms > 10 * 60 * 1000 ? IN_A_QUARTER : NOW;
}

const SAMPLE_RANDOM = "pbffy96dbrqnwne";

/** The account of a member, of a sale without one, or of a gift card. */
function sampleAccount(kind: string): string {
  return `${kind}${SAMPLE_RANDOM}`;
}

/** The code of a gift card: its account in groups, and a MAC. */
function sampleCode(): string {
  const groups = SAMPLE_RANDOM.match(/.{5}/g) ?? [];
  return [...groups, letters("giftcard", 5)].join("-").toUpperCase();
}

function letters(seed: string, length: number): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const digest = createHash("sha256").update(seed).digest();
  return [...digest.subarray(0, length)].map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
}

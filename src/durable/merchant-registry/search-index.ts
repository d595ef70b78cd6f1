import { foldText } from "./fold-text.ts";
import type { SearchHit } from "./protocol.ts";

/** Fewer characters would match half of all members. */
const QUERY_LENGTH_MIN = 2;
const LAST_DIGITS = 4;

interface Entry {
  readonly hit: SearchHit;
  /** Folded name with a space before each word, so that a word's start is found with one `includes`. */
  readonly words: string;
  readonly digits: string;
  readonly email: string;
}

/** Members by name, phone and e-mail, in memory. A search reads them all: 20,000 take a few milliseconds. */
export class SearchIndex {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** Adds a member or replaces what was known of them. */
  put(hit: SearchHit): void {
    if (hit.name === null && hit.email === null && hit.phone === null) {
      this.remove(hit.account);
      return;
    }
    this.#entries.set(hit.account, {
      hit,
      words: hit.name === null ? "" : ` ${foldText(hit.name)}`,
      digits: (hit.phone ?? "").replace(/\D/g, ""),
      email: (hit.email ?? "").toLowerCase(),
    });
  }

  remove(account: string): void {
    this.#entries.delete(account);
  }

  /** By name, then account; at most `limit`. A query that is too short finds nobody. */
  find(query: string, limit: number): SearchHit[] {
    const matches = matcher(query);
    if (matches === null) return [];
    const found = [...this.#entries.values()].filter(matches);
    return found
      .sort((a, b) => compare(a.words, b.words) || compare(a.hit.account, b.hit.account))
      .slice(0, limit)
      .map((entry) => entry.hit);
  }
}

function matcher(query: string): ((entry: Entry) => boolean) | null {
  const text = query.trim().toLowerCase();
  if (text.length < QUERY_LENGTH_MIN) return null;
  if (/^\+?[\d\s()./-]+$/.test(text)) return phoneMatcher(text.replace(/\D/g, ""));
  if (text.includes("@")) return (entry) => entry.email.startsWith(text);
  const words = foldText(text)
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ` ${word}`);
  return (entry) =>
    (words.length > 0 && words.every((word) => entry.words.includes(word))) || entry.email.startsWith(text);
}

/** Up to four digits are the start of the last four; more are the end of the number, with or without a national zero. */
function phoneMatcher(digits: string): ((entry: Entry) => boolean) | null {
  if (digits.length < QUERY_LENGTH_MIN) return null;
  if (digits.length <= LAST_DIGITS) return (entry) => entry.digits.slice(-LAST_DIGITS).startsWith(digits);
  const end = digits.replace(/^0+/, "");
  return (entry) => end.length >= LAST_DIGITS && entry.digits.endsWith(end);
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

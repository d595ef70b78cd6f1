import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * A trie of routes that remembers its answers for the paths that are written out. The busiest paths are (`/v1/sales`), and
 * Hono's own fast routers refuse a word beside a parameter (`/v1/members/identify`, `/v1/members/{id}/cards`).
 */
export class LiteralRouter<T> implements Router<T> {
  readonly name = "LiteralRouter";
  readonly #trie = new TrieRouter<T>();
  readonly #methods = new Set<string>();
  readonly #literals = new Set<string>();
  readonly #known = new Map<string, Result<T>>();

  add(method: string, path: string, handler: T): void {
    this.#trie.add(method, path, handler);
    this.#methods.add(method);
    if (!/[:*]/.test(path)) this.#literals.add(path);
    this.#known.clear();
  }

  match(method: string, path: string): Result<T> {
    // Only what was registered is remembered: what a request may invent has no bound.
    if (!this.#methods.has(method) || !this.#literals.has(path)) return this.#trie.match(method, path);
    const key = `${method} ${path}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#trie.match(method, path);
    this.#known.set(key, found);
    return found;
  }
}

import type { SearchHit } from "./protocol.ts";
import { SearchIndex } from "./search-index.ts";

const IDLE_MS = 60_000;

/** Members after a place in the order of creation, oldest first; `nextSeq` is null at the end. */
export type ReadSearchPage = (afterSeq: number) => {
  readonly hits: readonly SearchHit[];
  readonly nextSeq: number | null;
};

/**
 * The search index while it is wanted: built at the first search, kept current by the writes, dropped after a minute
 * without a search. Personal data are in the clear in memory only, and only while someone is searching.
 */
export class MemberSearch {
  readonly #pause: () => Promise<void>;
  #index: SearchIndex | null = null;
  #building: Promise<void> | null = null;
  #used_at_ms = 0;

  /** @param pause lets other calls in between two pages */
  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  get isLoaded(): boolean {
    return this.#index !== null;
  }

  /** At most `limit` members; `readPage` is called when there is no index yet. */
  async find(query: string, limit: number, now_ms: number, readPage: ReadSearchPage): Promise<SearchHit[]> {
    this.#used_at_ms = now_ms;
    const index = (this.#index ??= this.#startBuilding(readPage));
    await this.#building;
    return index.find(query, limit);
  }

  put(hit: SearchHit): void {
    this.#index?.put(hit);
  }

  remove(account: string): void {
    this.#index?.remove(account);
  }

  /** To be called at every command: no timer runs, which would keep the object awake. */
  dropIfIdle(now_ms: number): void {
    if (this.#building === null && now_ms - this.#used_at_ms >= IDLE_MS) this.#index = null;
  }

  #startBuilding(readPage: ReadSearchPage): SearchIndex {
    const index = new SearchIndex();
    this.#building = this.#build(index, readPage).then(
      () => {
        this.#building = null;
      },
      (error: unknown) => {
        this.#building = null;
        this.#index = null;
        throw error;
      },
    );
    return index;
  }

  /**
   * Page by page, so that sales go on meanwhile. A write between two pages is right either way: it went to storage first,
   * where a later page finds it, and to this index, where it replaces what an earlier page brought.
   */
  async #build(index: SearchIndex, readPage: ReadSearchPage): Promise<void> {
    let seq: number | null = 0;
    while (seq !== null) {
      const page = readPage(seq);
      for (const hit of page.hits) index.put(hit);
      seq = page.nextSeq;
      if (seq !== null) await this.#pause();
    }
  }
}

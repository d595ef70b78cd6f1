import type { RegistryStore } from "./store.ts";

/** How often the use of a key is written. A row costs what a sale's does; right to ten minutes is enough to find a key that nobody needs. */
export const NOTE_EVERY_MS = 10 * 60_000;

/** When each key was last used. Tills come by whenever an isolate has no fresh configuration, which is each minute. */
export class KeyUses {
  readonly #store: RegistryStore;
  /** What is written, so that a call that is not due costs no query. */
  readonly #written = new Map<string, number>();

  constructor(store: RegistryStore) {
    this.#store = store;
  }

  note(key: string, at_ms: number): void {
    const last_ms = this.#written.get(key);
    if (last_ms !== undefined && at_ms - last_ms < NOTE_EVERY_MS) return;
    this.#store.noteKeyUse(key, at_ms, NOTE_EVERY_MS);
    this.#written.set(key, at_ms);
  }
}

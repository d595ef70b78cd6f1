/** The object's one alarm, as far as this instance knows: every setting is billed as a row, and looking is a wait. */
export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  #at_ms: number | null | undefined = undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** When it will ring; null when it is not set. Known only after {@link AlarmClock.look}. */
  get at_ms(): number | null {
    return this.#at_ms ?? null;
  }

  /** To be awaited before a command writes: with no wait between, a booking and its alarm are one transaction. */
  async look(): Promise<void> {
    if (this.#at_ms === undefined) this.#at_ms = await this.#storage.getAlarm();
  }

  async set(at_ms: number): Promise<void> {
    // Noted before the wait: another call may come in between and must not put the alarm off again.
    this.#at_ms = at_ms;
    await this.#storage.setAlarm(at_ms);
  }

  /** It rang, or went with all that was stored. */
  clear(): void {
    this.#at_ms = null;
  }
}

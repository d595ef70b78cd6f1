import { localDate, type LocalDate } from "../../domain/time/local-date.ts";
import type { ObjectName } from "../../domain/tenancy/object-name.ts";
import { RegistryClient } from "../merchant-registry/client.ts";
import type { InsightsStore, ZoneFacts } from "./store.ts";

/** After so long the registry is asked again: a location may have moved to another zone. */
const FRESH_MS = 24 * 3_600_000;
/** A registry that did not know the location either is not asked again for so long. */
const ASK_AGAIN_MS = 60_000;
/** Where nothing is known of the merchant. */
const NOWHERE = "UTC";

/**
 * Which calendar a location goes by. A sale brings its business day; every other booking belongs to the day it was at
 * its location, and only the registry knows in which zone that is.
 */
export class Zones {
  readonly #name: ObjectName;
  readonly #store: InsightsStore;
  readonly #registry: Env["MERCHANT_REGISTRY"];
  #facts: ZoneFacts | null = null;

  constructor(name: ObjectName, store: InsightsStore, registry: Env["MERCHANT_REGISTRY"]) {
    this.#name = name;
    this.#store = store;
    this.#registry = registry;
  }

  /**
   * Makes sure that the zones of these locations are known as well as they can be.
   *
   * @throws ObjectUnavailableError when a location is new and the registry cannot be reached: a late projection is better
   * than one on the wrong day
   */
  async prepare(locations: Iterable<string>, now_ms: number): Promise<void> {
    this.#facts ??= this.#store.meta("zones");
    const known = this.#facts;
    const missing = known === null || [...locations].some((location) => known.locations[location] === undefined);
    const age_ms = known === null ? Infinity : now_ms - known.fetched_at_ms;
    if (age_ms < (missing ? ASK_AGAIN_MS : FRESH_MS)) return;
    try {
      this.#facts = await this.#fetch(now_ms);
      if (known !== null || this.#facts.merchant !== NOWHERE) this.#store.setMeta("zones", this.#facts);
    } catch (error) {
      if (missing) throw error;
    }
  }

  dayOf(location: string | null, at_ms: number): LocalDate {
    this.#facts ??= this.#store.meta("zones");
    const merchant = this.#facts?.merchant ?? NOWHERE;
    const zone = location === null ? merchant : (this.#facts?.locations[location] ?? merchant);
    return localDate(at_ms, zone);
  }

  async #fetch(now_ms: number): Promise<ZoneFacts> {
    const answer = await new RegistryClient(this.#registry, this.#name).resolve({ now_ms });
    const config = answer.ok ? answer.value.snapshot?.config : undefined;
    if (config === undefined) return { merchant: NOWHERE, locations: {}, fetched_at_ms: now_ms };
    const locations = Object.fromEntries(config.locations.map(({ id, timezone }) => [id, timezone]));
    return { merchant: config.merchant.timezone, locations, fetched_at_ms: now_ms };
  }
}

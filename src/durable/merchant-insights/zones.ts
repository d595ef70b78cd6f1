import { localDate, type LocalDate } from "../../domain/time/local-date.ts";
import type { ObjectName } from "../../domain/tenancy/object-name.ts";
import { WATCH_DEFAULTS, type WatchSettings } from "../../domain/insights/watch.ts";
import type { MerchantConfig } from "../../domain/tenancy/config.ts";
import { RegistryClient } from "../merchant-registry/client.ts";
import type { InsightsStore, ZoneFacts } from "./store.ts";

/** After so long the registry is asked again: hours, limits and own cards may have changed. */
const FRESH_MS = 15 * 60_000;
/** What has not changed is written again after so long. */
const KEPT_MS = 24 * 3_600_000;
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
      const fetched = await this.#fetch(now_ms);
      this.#facts = fetched;
      if (known === null ? fetched.merchant !== NOWHERE : isNews(this.#store.meta("zones"), fetched)) {
        this.#store.setMeta("zones", fetched);
      }
    } catch (error) {
      if (missing) throw error;
    }
  }

  /** What is unusual at this merchant; null while nothing is known of it. */
  get watch(): WatchSettings | null {
    this.#facts ??= this.#store.meta("zones");
    return this.#facts?.watch ?? null;
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
    const watch = watchSettings(config);
    return { merchant: config.merchant.timezone, locations, fetched_at_ms: now_ms, watch };
  }
}

function watchSettings({ merchant, locations, staff = [] }: MerchantConfig): WatchSettings {
  return {
    limits: { ...WATCH_DEFAULTS, ...merchant.watch },
    shops: Object.fromEntries(
      locations.map(({ id, timezone, opening_hours }) => [id, { timezone, opening_hours }] as const),
    ),
    own_cards: Object.fromEntries(
      staff.flatMap(({ id, till_code, member_account }) => [
        [id, member_account],
        ...(till_code === null ? [] : [[till_code, member_account]]),
      ]),
    ),
  };
}

/** Whether it is worth a row: it says something else, or is a day newer. */
function isNews(stored: ZoneFacts | null, fetched: ZoneFacts): boolean {
  if (stored === null || fetched.fetched_at_ms - stored.fetched_at_ms > KEPT_MS) return true;
  return JSON.stringify({ ...stored, fetched_at_ms: 0 }) !== JSON.stringify({ ...fetched, fetched_at_ms: 0 });
}

import { ACCOUNT_ID_LENGTH, accountKindOf } from "./account-id.ts";
import { decodeInteger, encodeBase32, encodeInteger } from "./base32.ts";
import { equalConstantTime, type Mac, macText } from "./mac.ts";
import type { Tenant } from "./merchant.ts";

/** Ids of things that stand in an account's ledger under a booking's sequence number. */
export type BookingIdPrefix = "sal" | "ret" | "red" | "adj" | "acn" | "gft";
/** Ids of things that a merchant configures: a prefix and 80 random bits. */
export type ConfigIdPrefix =
  | "loc"
  | "til"
  | "key"
  | "stf"
  | "itm"
  | "pgm"
  | "inv"
  | "req"
  | "usr"
  | "ses"
  | "psk"
  | "ver";

const MAC_LENGTH = 8;
const INDEX_LENGTH = 2;

/** Where an id leads: the account's object, and the booking (with the entry's place in it) or the card inside it. */
export interface BookingRef {
  readonly account: string;
  readonly seq: number;
}
export interface EntryRef extends BookingRef {
  readonly index: number;
}
export interface CardRef {
  readonly account: string;
  readonly cardNo: number;
}

/**
 * Ids carry their own address: prefix, account id, booking sequence, and 40 bits of MAC over mode and merchant.
 * The Worker can tell an invented or a foreign id from a real one before it touches an object.
 * The key of this MAC never changes, because ids are re-rendered from the ledger and must come out the same.
 */
export class IdCodec {
  readonly #mac: Mac;
  readonly #tenant: Tenant;
  /** MACs made so far. A codec lives as long as a request, and an answer names the same sale in several places. */
  readonly #known = new Map<string, string>();

  constructor(mac: Mac, tenant: Tenant) {
    this.#mac = mac;
    this.#tenant = tenant;
  }

  member(account: string): string {
    return this.#encode("mem", account, "");
  }
  parseMember(id: string): string | null {
    const parsed = this.#decode("mem", id);
    return parsed !== null && parsed.tail === "" ? parsed.account : null;
  }

  card(ref: CardRef): string {
    return this.#encode("crd", ref.account, encodeInteger(ref.cardNo));
  }
  parseCard(id: string): CardRef | null {
    const parsed = this.#decode("crd", id);
    const cardNo = parsed === null ? null : decodeInteger(parsed.tail);
    return parsed === null || cardNo === null ? null : { account: parsed.account, cardNo };
  }

  booking(prefix: BookingIdPrefix, ref: BookingRef): string {
    return this.#encode(prefix, ref.account, encodeInteger(ref.seq));
  }
  parseBooking(prefix: BookingIdPrefix, id: string): BookingRef | null {
    const parsed = this.#decode(prefix, id);
    const seq = parsed === null ? null : decodeInteger(parsed.tail);
    return parsed === null || seq === null ? null : { account: parsed.account, seq };
  }

  entry(ref: EntryRef): string {
    return this.#encodePlace("ent", ref);
  }
  parseEntry(id: string): EntryRef | null {
    return this.#decodePlace("ent", id);
  }

  /** A reward that a booking issued, by its place in that booking. */
  issue(ref: EntryRef): string {
    return this.#encodePlace("iss", ref);
  }
  parseIssue(id: string): EntryRef | null {
    return this.#decodePlace("iss", id);
  }

  #encodePlace(prefix: string, { account, seq, index }: EntryRef): string {
    const place = encodeInteger(index).padStart(INDEX_LENGTH, "0");
    return this.#encode(prefix, account, `${place}${encodeInteger(seq)}`);
  }

  #decodePlace(prefix: string, id: string): EntryRef | null {
    const parsed = this.#decode(prefix, id);
    if (parsed === null) return null;
    const index = decodeInteger(parsed.tail.slice(0, INDEX_LENGTH).replace(/^0(?=.)/, ""));
    const seq = decodeInteger(parsed.tail.slice(INDEX_LENGTH));
    return index === null || seq === null ? null : { account: parsed.account, seq, index };
  }

  #encode(prefix: string, account: string, tail: string): string {
    return `${prefix}_${account}${tail}${this.#macOf(prefix, `${account}${tail}`)}`;
  }

  #decode(prefix: string, id: string): { account: string; tail: string } | null {
    if (!id.startsWith(`${prefix}_`) || id.length > 64) return null;
    const payload = id.slice(prefix.length + 1, -MAC_LENGTH);
    const account = payload.slice(0, ACCOUNT_ID_LENGTH);
    if (accountKindOf(account) === null) return null;
    if (!equalConstantTime(id.slice(-MAC_LENGTH), this.#macOf(prefix, payload))) return null;
    return { account, tail: payload.slice(ACCOUNT_ID_LENGTH) };
  }

  #macOf(prefix: string, payload: string): string {
    const id = `${prefix}_${payload}`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const mac = macText(this.#mac, MAC_LENGTH, ["id", this.#tenant.mode, this.#tenant.merchant, prefix, payload]);
    this.#known.set(id, mac);
    return mac;
  }
}

/** An id of something the merchant configures; takes ten random bytes. */
export function createConfigId(prefix: ConfigIdPrefix, random: Uint8Array): string {
  return `${prefix}_${encodeBase32(random, 16)}`;
}

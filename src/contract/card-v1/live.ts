// What an account tells the card pages that are open. The page's script imports this file: keep it free of packages.

/** Why the account ends a connection for good; after any other code the page connects again. */
export const LIVE_CLOSE = {
  /** The card was blocked: the page has nothing more to show. */
  blocked: 4403,
  /** The account was erased or has gone up in another. */
  gone: 4410,
  /** Too many pages of one card are open, and this was the oldest. */
  crowded: 4429,
} as const;

/** What a page sends now and then, and what it hears back without waking the account. */
export const LIVE_PING = "ping";
export const LIVE_PONG = "pong";

/** The first message: the newest booking, so that a page that was away knows whether it has missed any. */
export interface LiveHello {
  readonly type: "hello";
  readonly seq: number;
}

/** Something was booked: what every unit holds now, and the changes since the last message. */
export interface LiveBooked {
  readonly type: "booked";
  readonly seq: number;
  readonly wallet: readonly LiveBalance[];
  readonly entries: readonly LiveEntry[];
}

export interface LiveBalance {
  readonly unit: string;
  readonly available: number;
  readonly pending: number;
  readonly held: number;
}

export interface LiveEntry {
  readonly seq: number;
  readonly unit: string;
  readonly delta: number;
  readonly bucket: "available" | "pending" | "held";
}

export type LiveMessage = LiveHello | LiveBooked;

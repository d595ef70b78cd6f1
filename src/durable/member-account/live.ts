import {
  type LiveBalance,
  type LiveBooked,
  type LiveEntry,
  type LiveHello,
  LIVE_CLOSE,
  LIVE_PING,
  LIVE_PONG,
} from "../../contract/card-v1/live.ts";
import type { BookingBody } from "../../domain/ledger/booking.ts";
import { settle } from "../../domain/ledger/due.ts";
import { type AccountState, inBucket, unitState } from "../../domain/ledger/state.ts";
import type { LedgerStore } from "./store.ts";

/** Open pages per account. A person has a phone, a tablet and a forgotten tab or two. */
export const SOCKETS_MAX = 8;
/** Bookings that one message tells of; a page that missed more reads the rest from the server anyway. */
const BOOKINGS_MAX = 50;

/** Says which object a connection is meant for, as `to` does in a command. */
export const LIVE_TO_PARAM = "to";
/** Names the card in a request that opens a connection. */
export const LIVE_CARD_PARAM = "card";
/** Where an account that has gone up in another says where. */
export const LIVE_MOVED_HEADER = "x-moved-to";

/** What a socket remembers while the account sleeps. */
interface Attachment {
  readonly v: 1;
  /** The card whose page is open; null after a move to another account, whose cards have other numbers. */
  readonly card_no: number | null;
  /** The newest booking this page was told of. */
  readonly seq: number;
  readonly since_ms: number;
}

interface Listener {
  readonly socket: WebSocket;
  readonly known: Attachment;
}

/**
 * The card pages that are open for one account. Sockets hibernate: they cost nothing while nothing is booked. What is sent
 * waits for the booking to be safely stored, as every answer of an object does, and nobody waits for what is sent.
 */
export class LiveCards {
  readonly #ctx: DurableObjectState;
  readonly #store: LedgerStore;

  constructor(ctx: DurableObjectState, store: LedgerStore) {
    this.#ctx = ctx;
    this.#store = store;
  }

  /** Takes a page's connection, or says with a status why not. */
  accept(request: Request, state: AccountState | null): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") return new Response(null, { status: 426 });
    if (state === null) return new Response(null, { status: 404 });
    if (state.tombstone?.kind === "erased") return new Response(null, { status: 410 });
    if (state.tombstone !== null) {
      return new Response(null, { status: 409, headers: { [LIVE_MOVED_HEADER]: state.tombstone.to } });
    }
    const card_no = cardOf(request);
    if (card_no !== null && state.cards[String(card_no)] === undefined) return new Response(null, { status: 404 });
    if (isBlocked(state, card_no)) return new Response(null, { status: 403 });
    this.#makeRoom();
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server);
    this.#ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(LIVE_PING, LIVE_PONG));
    attach(server, { v: 1, card_no, seq: state.seq, since_ms: Date.now() });
    const hello: LiveHello = { type: "hello", seq: state.seq };
    server.send(JSON.stringify(hello));
    return new Response(null, { status: 101, webSocket: client });
  }

  /**
   * Tells every open page what it has not heard yet. Reads nothing while no page is open, and never throws: a page that
   * cannot be reached must not spoil a sale.
   */
  push(current: () => AccountState | null): void {
    try {
      const listeners = this.#listeners();
      const state = listeners.length === 0 ? null : current();
      if (state !== null) this.#tellAll(state, listeners);
    } catch (error) {
      console.error(JSON.stringify({ event: "live_push_failed", error: String(error) }));
    }
  }

  /** Pages have nothing to say. A client that does is none of ours. */
  refuseMessage(socket: WebSocket): void {
    closeQuietly(socket, 1008);
  }

  #tellAll(state: AccountState, listeners: readonly Listener[]): void {
    for (const { socket, known } of listeners) {
      if (state.tombstone !== null) closeQuietly(socket, LIVE_CLOSE.gone);
      else if (isBlocked(state, known.card_no)) closeQuietly(socket, LIVE_CLOSE.blocked);
    }
    const behind = listeners.filter(
      ({ known }) => known.seq < state.seq && state.tombstone === null && !isBlocked(state, known.card_no),
    );
    if (behind.length === 0) return;
    const oldest = Math.min(...behind.map(({ known }) => known.seq));
    const missed = this.#store.page({ beyond_seq: oldest, order: "asc", limit: BOOKINGS_MAX, types: null });
    const entries = missed.flatMap(({ body }) => liveEntries(body));
    const wallet = liveWallet(state);
    for (const { socket, known } of behind) tell(socket, known, { type: "booked", seq: state.seq, wallet, entries });
  }

  #makeRoom(): void {
    const listeners = this.#listeners().sort((left, right) => left.known.since_ms - right.known.since_ms);
    const tooMany = Math.max(0, listeners.length + 1 - SOCKETS_MAX);
    for (const { socket } of listeners.slice(0, tooMany)) closeQuietly(socket, LIVE_CLOSE.crowded);
  }

  /** The open sockets. One whose attachment is not what this code writes is from another time, and connects anew. */
  #listeners(): Listener[] {
    return this.#ctx.getWebSockets().flatMap((socket) => {
      if (socket.readyState !== WebSocket.OPEN) return [];
      const known: unknown = socket.deserializeAttachment();
      if (isAttachment(known)) return [{ socket, known }];
      closeQuietly(socket, 1012);
      return [];
    });
  }
}

function cardOf(request: Request): number | null {
  const text = new URL(request.url).searchParams.get(LIVE_CARD_PARAM);
  return text === null ? null : Number(text);
}

function isBlocked(state: AccountState, card_no: number | null): boolean {
  return card_no !== null && state.cards[String(card_no)]?.state === "blocked";
}

function tell(socket: WebSocket, known: Attachment, message: LiveBooked): void {
  const entries = message.entries.filter(({ seq }) => seq > known.seq);
  try {
    // A booking that moves nothing, such as a refusal that is kept for its retry, is no news.
    if (entries.length > 0) socket.send(JSON.stringify({ ...message, entries }));
    attach(socket, { ...known, seq: message.seq });
  } catch {
    // It was closed just now; the page connects again and reads what it missed.
  }
}

function liveWallet(state: AccountState): LiveBalance[] {
  const { state: settled } = settle(state, Date.now() + state.clock_offset_ms);
  return Object.keys(settled.units).map((unit) => {
    const held = unitState(settled, unit);
    return {
      unit,
      available: inBucket(held, "available"),
      pending: inBucket(held, "pending"),
      held: inBucket(held, "held"),
    };
  });
}

function liveEntries({ seq, entries }: BookingBody): LiveEntry[] {
  return entries.map(({ unit, delta, lot }) => ({ seq, unit, delta, bucket: lot.bucket }));
}

function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
}

function isAttachment(value: unknown): value is Attachment {
  if (typeof value !== "object" || value === null) return false;
  const { v, card_no, seq, since_ms } = Object.fromEntries(Object.entries(value));
  const card = card_no === null || Number.isSafeInteger(card_no);
  return v === 1 && card && Number.isSafeInteger(seq) && typeof since_ms === "number";
}

function closeQuietly(socket: WebSocket, code: number): void {
  try {
    socket.close(code);
  } catch {
    // Closed already.
  }
}

import { LIVE_CLOSE, LIVE_PING, type LiveMessage } from "../../contract/card-v1/live.ts";

const PING_MS = 25_000;
/** A ping that is not answered in this time went nowhere: a phone that changes networks is told nothing. */
const PONG_MS = 5_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 30_000;

export interface LiveHandlers {
  /** Something came from the account. */
  readonly onMessage: (message: LiveMessage) => void;
  /** The card is blocked or gone: the page must be asked for anew to say so. */
  readonly onEnd: () => void;
  /** Whether the account can be heard just now. */
  readonly onConnected: (connected: boolean) => void;
}

/** How long to wait before the next attempt: longer each time, and never all pages at once. */
export function backoff(attempt: number, random: number): number {
  return Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt) * (0.5 + random / 2);
}

/** Keeps one connection with the account as long as the page is seen, and makes it again when it breaks. */
export class LiveLink {
  readonly #url: string;
  readonly #handlers: LiveHandlers;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #retry = 0;
  #ping = 0;
  #pong = 0;

  constructor(url: string, handlers: LiveHandlers) {
    this.#url = url;
    this.#handlers = handlers;
  }

  /** Connects now, unless it is connected. */
  open(): void {
    clearTimeout(this.#retry);
    if (this.#socket !== null) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", ({ data }) => this.#heard(data));
    socket.addEventListener("close", ({ code }) => this.#closed(socket, code));
  }

  /** Asks whether the other end is still there; a page that comes back from sleep cannot know. */
  check(): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.send(LIVE_PING);
    clearTimeout(this.#pong);
    this.#pong = setTimeout(() => this.#lost(socket), PONG_MS);
  }

  #opened(): void {
    this.#attempt = 0;
    this.#ping = setInterval(() => this.check(), PING_MS);
    this.#handlers.onConnected(true);
  }

  #heard(data: unknown): void {
    clearTimeout(this.#pong);
    const message = readMessage(data);
    if (message !== null) this.#handlers.onMessage(message);
  }

  #lost(socket: WebSocket): void {
    // Its close event may come minutes later, or never.
    this.#closed(socket, 1006);
    socket.close();
  }

  #closed(socket: WebSocket, code: number): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    clearInterval(this.#ping);
    clearTimeout(this.#pong);
    if (code === LIVE_CLOSE.blocked || code === LIVE_CLOSE.gone) return this.#handlers.onEnd();
    this.#handlers.onConnected(false);
    // Newer pages of this card took the place; this one tries again when somebody looks at it.
    if (code === LIVE_CLOSE.crowded) return;
    this.#retry = setTimeout(() => this.open(), backoff(this.#attempt, Math.random()));
    this.#attempt += 1;
  }
}

/** What the account said; null for a pong, and for anything that this script is too old to know. */
function readMessage(data: unknown): LiveMessage | null {
  if (typeof data !== "string" || !data.startsWith("{")) return null;
  const value: unknown = JSON.parse(data);
  return isLiveMessage(value) ? value : null;
}

function isLiveMessage(value: unknown): value is LiveMessage {
  if (typeof value !== "object" || value === null) return false;
  const { type, seq, wallet } = Object.fromEntries(Object.entries(value));
  return typeof seq === "number" && (type === "hello" || (type === "booked" && Array.isArray(wallet)));
}

import { WorkerMailer } from "worker-mailer";

/** What the mended methods touch of the library's own. */
interface Session {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly host: string;
  readonly secure: boolean;
  readonly supportsStartTls: boolean;
  readonly credentials?: unknown;
}

let isMended = false;

/**
 * worker-mailer 1.2.1 with two methods mended, once per isolate:
 *
 * - `read` does not see the end of the stream. When a server hangs up it spins for ever, and no timer of the isolate fires
 *   again.
 * - `auth` sends the password in the clear when the server does not offer TLS, or somebody in between hides the offer.
 *
 * The package is pinned; the tests with a server that hangs up, and one without TLS, say when a later one is right.
 */
export function mendedWorkerMailer(): typeof WorkerMailer {
  if (isMended) return WorkerMailer;
  isMended = true;
  const { prototype } = WorkerMailer;
  const auth: unknown = Reflect.get(prototype, "auth");
  if (typeof auth !== "function" || typeof Reflect.get(prototype, "read") !== "function") {
    throw new Error("worker-mailer is not the one that this mends");
  }
  Object.defineProperty(prototype, "read", {
    value: function read(this: Session) {
      return readReply(this.reader);
    },
  });
  Object.defineProperty(prototype, "auth", {
    value: async function authenticate(this: Session) {
      const isPrivate = this.secure || this.supportsStartTls || isThisMachine(this.host);
      if (this.credentials !== undefined && !isPrivate) throw new Error("mail server offers no TLS");
      await Reflect.apply(auth, this, []);
    },
  });
  return WorkerMailer;
}

/** One reply, which may have several lines; all but the last have a dash behind the code. */
async function readReply(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let reply = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("mail server hung up");
    reply += decoder.decode(value, { stream: true });
    const last = reply.endsWith("\n") ? reply.split(/\r?\n/).at(-2) : undefined;
    if (last !== undefined && !/^\d+-/.test(last)) return reply;
  }
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

import { once } from "node:events";
import { createServer, connect, type Server, type Socket } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

/** A mail that arrived: what the envelope said, and what was in it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: Email;
  readonly raw: string;
}

/** How the server meets a session: as it should, by hanging up at once, or in the middle. */
export type Mood = "polite" | "hangs_up" | "hangs_up_at_data";

export interface TestMailServer {
  readonly port: number;
  readonly received: readonly ReceivedMail[];
  /** Sessions that were begun, including those that came to nothing. */
  readonly sessions: () => number;
  /** What it answers to a receiver, before it takes the next. */
  readonly refuse: (to: string, ...codes: readonly number[]) => void;
  readonly become: (mood: Mood) => void;
  readonly stop: () => Promise<void>;
}

export interface MailServerOptions {
  /** Without it, anybody may send. */
  readonly login?: { readonly username: string; readonly password: string };
}

/** A real mail server on this machine, without TLS. */
export async function startMailServer({ login }: MailServerOptions = {}): Promise<TestMailServer> {
  const received: ReceivedMail[] = [];
  const refusals = new Map<string, number[]>();
  const server = new SMTPServer({
    disabledCommands: login === undefined ? ["STARTTLS", "AUTH"] : ["STARTTLS"],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // Offers reports on delivery: then clients must name them rightly.
    hideDSN: false,
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.username && password === login?.password) done(null, { user: username });
      else done(new Error("no such user"));
    },
    onRcptTo: ({ address }, _session, done) => {
      const code = refusals.get(address)?.shift();
      done(code === undefined ? null : Object.assign(new Error(`no mail for ${address}`), { responseCode: code }));
    },
    onData: (stream, { envelope }, done) => {
      const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
      const to = envelope.rcptTo.map(({ address }) => address);
      stream.once("end", () => done());
      void read(stream).then(async (raw) => {
        received.push({ from, to, mail: await PostalMime.parse(raw), raw });
      });
    },
  });
  const inner = await listening(server.listen(0, "127.0.0.1"));
  const door = startDoor(inner);
  return {
    port: await listening(door.server),
    received,
    sessions: door.sessions,
    refuse: (to, ...codes) => void refusals.set(to, [...codes]),
    become: door.become,
    stop: async () => {
      door.server.close();
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}

/** Stands before the server and can cut a session off. */
function startDoor(port: number) {
  let mood: Mood = "polite";
  let sessions = 0;
  const server = createServer((guest) => {
    sessions += 1;
    if (mood === "hangs_up") {
      guest.end();
      return;
    }
    const host = connect(port, "127.0.0.1");
    guest.on("error", () => host.destroy());
    host.on("error", () => guest.destroy());
    host.pipe(guest);
    if (mood === "polite") guest.pipe(host);
    else pipeUntilData(guest, host);
  });
  server.listen(0, "127.0.0.1");
  return { server, sessions: () => sessions, become: (next: Mood) => void (mood = next) };
}

function pipeUntilData(guest: Socket, host: Socket): void {
  guest.on("data", (chunk: Buffer) => {
    if (!chunk.toString("latin1").startsWith("DATA")) {
      host.write(chunk);
      return;
    }
    guest.end();
    host.destroy();
  });
}

async function listening(server: Server): Promise<number> {
  if (!server.listening) await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mail server has no port");
  return address.port;
}

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

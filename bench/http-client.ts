import { Agent, request as httpRequest } from "node:http";

const TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 1024 * 1024;

export interface ClientAnswer {
  readonly status: number;
  readonly text: string;
}

/** A client that keeps its connections, has a bounded number of them, and gives up in time. */
export class HttpClient {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: string, connections: number) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  }

  post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<ClientAnswer> {
    return this.#post(path, headers, body, true);
  }

  #post(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    mayRepeat: boolean,
  ): Promise<ClientAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<ClientAnswer>();
    const sent = httpRequest({
      host: this.#url.hostname,
      port: this.#url.port,
      path,
      method: "POST",
      agent: mayRepeat ? this.#agent : false,
      timeout: TIMEOUT_MS,
      headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    sent.once("timeout", () => sent.destroy(new Error(`${path} took longer than ${TIMEOUT_MS} ms`)));
    sent.once("error", (error) => {
      // A server may close an idle connection in the moment in which it is used again; the repetition gets a new one.
      if (sent.reusedSocket && mayRepeat) resolve(this.#post(path, headers, body, false));
      else reject(new Error(`${this.#url.origin}${path}: ${error.message}`, { cause: error }));
    });
    sent.once("response", (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > ANSWER_BYTES_MAX) answer.destroy(new Error(`${path} answers too much`));
      });
      answer.once("error", reject);
      answer.once("end", () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    sent.end(body);
    return promise;
  }

  /** Drops the connections; the next request makes new ones. */
  close(): void {
    this.#agent.destroy();
  }
}

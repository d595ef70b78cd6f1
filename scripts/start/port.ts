import { createServer } from "node:net";
import { codeOf, Problem } from "./problem.ts";

/**
 * Sees that nobody listens where we want to. Also on IPv6, although we do not listen there: `localhost` may lead to
 * either, and requests must not end up with somebody else.
 *
 * @throws Problem when somebody does
 */
export async function checkPort(port: number): Promise<void> {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await tryListen(host, port);
    if (code === "EADDRINUSE") throw portInUse(port);
    if (code === "EACCES") {
      throw new Problem(`Port ${port} needs more rights than you have: choose one above 1023 with --port N.`);
    }
  }
}

export function portInUse(port: number): Problem {
  const other = port < 65_535 ? port + 1 : port - 1;
  return new Problem(
    `Port ${port} is in use: stop what runs there, or choose another with \`npm start -- --port ${other}\`.`,
  );
}

/** The code of what went wrong; undefined when one can listen there. */
function tryListen(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once("error", (error) => resolve(codeOf(error)));
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  return promise;
}

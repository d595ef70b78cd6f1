import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Problem } from "../scripts/start/problem.ts";

export interface PeerServer {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** The product's ledger, or one that only adds up. */
export type PeerScript = "same-ledger-server.ts" | "thin-peer-server.ts";

export interface PeerRequest {
  readonly script: PeerScript;
  readonly database: string;
  readonly key: string;
  readonly synchronousCommit: "on" | "off";
}

/** Starts a peer's HTTP server as a process of its own. */
export async function startPeer({ script, database, key, synchronousCommit }: PeerRequest): Promise<PeerServer> {
  const path = join(import.meta.dirname, script);
  const server = spawn(process.execPath, [path, database, key, synchronousCommit], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  const said = await Promise.race([once(createInterface(server.stdout), "line"), exited.then(() => null)]);
  if (said === null) throw new Problem("The PostgreSQL peer did not start.");
  return {
    url: `http://127.0.0.1:${String(said[0])}`,
    pid: server.pid ?? 0,
    stop: async () => {
      server.kill("SIGKILL");
      await exited;
    },
  };
}

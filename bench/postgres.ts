import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { Problem } from "../scripts/start/problem.ts";

export interface Postgres {
  readonly url: string;
  readonly pid: number;
  readonly version: string;
  readonly stop: () => Promise<void>;
}

/** Where packages put the server when it is not on the PATH. */
const USUAL_FOLDERS = ["/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin"];
const START_TRIES = 100;

/** The folder of the server's programs; null when PostgreSQL is not installed. */
export function findPostgres(): string | null {
  const onPath = (process.env["PATH"] ?? "").split(delimiter);
  const usual = USUAL_FOLDERS.flatMap((pattern) => globSync(pattern).toSorted().toReversed());
  const found = [...onPath, ...usual].find(
    (dir) => existsSync(join(dir, "postgres")) && existsSync(join(dir, "initdb")),
  );
  return found ?? null;
}

/** Starts a new, empty server with its own defaults: it waits for the disk at every commit. */
export async function startPostgres(bin: string): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), "stempel-bench-pg-"));
  const user = serverUser();
  if (user !== null) chownSync(dir, user.uid, user.gid);
  const as = user ?? {};
  const data = join(dir, "data");
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "bench", "--auth=trust", "--no-sync", "--encoding=UTF8"], {
    ...as,
    cwd: dir,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${dir}`, "log_min_messages=fatal"];
  const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  const server = spawn(join(bin, "postgres"), args, { ...as, cwd: dir, stdio: "ignore" });
  const ended = Promise.withResolvers<void>();
  server.once("exit", () => ended.resolve());
  const url = `postgres://bench@127.0.0.1:${port}/postgres`;
  return {
    url,
    pid: server.pid ?? 0,
    version: await serverVersion(url),
    stop: async () => {
      // Immediate shutdown: nothing in there is worth a checkpoint.
      server.kill("SIGQUIT");
      await ended.promise;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; then it runs as its own user, or as nobody. Null for ourselves. */
function serverUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // There is no such user.
    }
  }
  throw new Problem("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.");
}

async function serverVersion(url: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new Client({ connectionString: url });
    // A connection that the server drops while it starts is reported here too; the query below fails anyway.
    client.on("error", () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
      await client.end();
      return rows[0]?.server_version ?? "unknown";
    } catch (error) {
      if (attempt === START_TRIES) throw error;
      await sleep(100);
    }
  }
}

export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}

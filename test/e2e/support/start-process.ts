import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

export const root = join(import.meta.dirname, "../../..");

/** A script of ours as a process of its own, the way npm runs it. */
export class ScriptProcess {
  readonly #child;
  readonly #exited: Promise<number | null>;
  #output = "";
  #waiting: (() => void) | null = null;

  constructor(script: string, args: readonly string[]) {
    // In a group of its own, as a terminal would have it: Ctrl-C goes to the whole group.
    this.#child = spawn(process.execPath, [join("scripts", script), ...args], { cwd: root, detached: true });
    const collect = (chunk: Buffer) => {
      this.#output += stripVTControlCharacters(chunk.toString("utf8"));
      this.#waiting?.();
    };
    this.#child.stdout.on("data", collect);
    this.#child.stderr.on("data", collect);
    this.#exited = once(this.#child, "close").then(() => this.#child.exitCode);
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until it has printed something; throws when it ends before. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) {
      const { promise, resolve } = Promise.withResolvers<"more">();
      this.#waiting = () => resolve("more");
      const next = await Promise.race([promise, this.#exited]);
      if (next !== "more" && !pattern.test(this.#output)) {
        throw new Error(`It ended with ${next} before it printed ${String(pattern)}:\n${this.#output}`);
      }
    }
  }

  /** Waits for its end; answers the exit code. */
  end(): Promise<number | null> {
    return this.#exited;
  }

  /** Ctrl-C. */
  interrupt(): Promise<number | null> {
    this.#signal("SIGINT");
    return this.#exited;
  }

  /** Makes sure that nothing is left, whatever became of the test. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#exited;
  }

  /** Whether any process of its group is alive. One that ended and that nobody waited for is not. */
  get isAlive(): boolean {
    const { pid } = this.#child;
    if (!existsSync("/proc/self/stat")) return this.#signal(0);
    return pid !== undefined && processes().some(({ group, state }) => group === pid && state !== "Z" && state !== "X");
  }

  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.#child.pid === undefined) return false;
    try {
      return process.kill(-this.#child.pid, signal);
    } catch {
      return false;
    }
  }
}

/** All processes of a Linux machine, from proc_pid_stat(5). */
function processes(): { readonly state: string; readonly group: number }[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The name of the program, in brackets, may hold anything.
      const [, fields = ""] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${name}/stat`, "utf8")) ?? [];
      const [state = "X", , group] = fields.split(" ");
      return [{ state, group: Number(group) }];
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

/** Runs a script to its end. */
export async function runScript(script: string, args: readonly string[]) {
  const child = new ScriptProcess(script, args);
  const code = await child.end();
  return { code, output: child.output };
}

/** A port that nobody listens on, asked of the system, which does not give the same one again at once. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readJson, writeJson } from "./json-file.ts";

const GONE_WITHIN_MS = 3_000;
const POLL_MS = 20;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Notes who serves these data, for the next start and for the other commands. */
export function noteServer(state: string, url: string): void {
  const runtime = processes().find(({ parent, command }) => parent === process.pid && isRuntime(command));
  writeJson(join(state, "server.json"), { url, pid: process.pid, runtime_pid: runtime?.pid ?? null });
}

/**
 * Ends the runtime of an earlier run that was killed before it could do so itself: it would keep the port, and write
 * the same files. Only a process that we noted, that is still such a runtime, and that has lost its parent.
 */
export async function endLeftover(state: string): Promise<boolean> {
  const { pid, runtime_pid } = readJson(join(state, "server.json")) ?? {};
  if (typeof runtime_pid !== "number") return false;
  const found = processes().find((candidate) => candidate.pid === runtime_pid);
  if (found === undefined || found.parent === pid || !isRuntime(found.command)) return false;
  process.kill(found.pid, "SIGKILL");
  // It has the port until it is gone for good.
  for (let waited_ms = 0; waited_ms < GONE_WITHIN_MS && isAlive(found.pid); waited_ms += POLL_MS) await wait(POLL_MS);
  return true;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function isRuntime(command: string): boolean {
  return /\bworkerd\b.*\bserve\b/.test(command);
}

function processes(): Process[] {
  try {
    const listing = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8", maxBuffer: 1 << 26 });
    return listing.split("\n").flatMap((line) => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  } catch {
    // Without `ps` there is no telling; a port that is still taken is then reported as such.
    return [];
  }
}

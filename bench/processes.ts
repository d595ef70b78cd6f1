import { readdirSync, readFileSync } from "node:fs";

// What the kernel tells about processes, where it does so in files (Linux). Elsewhere nothing is known.

/** Ticks per second of the times in /proc; fixed by the kernel's interface. */
const TICKS = 100;

/** Children of a process that run a program of this name. */
export function childrenOf(parent: number, program: string): number[] {
  return allProcesses().filter((pid) => {
    const stat = statOf(pid);
    return stat !== null && stat.parent === parent && stat.program === program;
  });
}

/** A process and everything below it. */
export function familyOf(pid: number): number[] {
  const stats = allProcesses().flatMap((id) => {
    const stat = statOf(id);
    return stat === null ? [] : [{ id, parent: stat.parent }];
  });
  const family = [pid];
  for (const elder of family) family.push(...stats.filter(({ parent }) => parent === elder).map(({ id }) => id));
  return family;
}

/** CPU time that processes have used, in milliseconds; null when that cannot be known. */
export function cpuMs(pids: readonly number[]): number | null {
  const stats = pids.map(statOf);
  if (stats.length === 0 || stats.includes(null)) return null;
  return stats.reduce((sum, stat) => sum + (stat?.cpu_ms ?? 0), 0);
}

function allProcesses(): number[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function statOf(pid: number): { readonly program: string; readonly parent: number; readonly cpu_ms: number } | null {
  try {
    const match = /^\d+ \((.*)\) \S (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const fields = (match?.[2] ?? "").split(" ").map(Number);
    // Fields 4, 14 and 15 of the line: parent, user time, system time.
    const [parent = 0, user = 0, system = 0] = [fields[0], fields[10], fields[11]];
    return match === null ? null : { program: match[1] ?? "", parent, cpu_ms: ((user + system) * 1000) / TICKS };
  } catch {
    return null;
  }
}

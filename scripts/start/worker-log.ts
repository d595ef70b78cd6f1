import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseObject } from "./json-file.ts";
import { firstLine } from "./problem.ts";

/** What the Worker and its runtime say: everything goes to a file, what went wrong also to the terminal. */
export interface WorkerLog {
  readonly write: (level: string, message: string) => void;
  readonly file: string;
}

/** A new log; the one of the run before is overwritten. */
export function openWorkerLog(state: string, showAll: boolean): WorkerLog {
  const file = join(state, "worker.log");
  writeFileSync(file, "", { mode: 0o600 });
  return {
    file,
    write: (level, message) => {
      appendFileSync(file, `${new Date().toISOString()} ${level} ${message}\n`);
      const isWrong = level === "error" || level === "warn";
      if (showAll || isWrong) console.error(`worker ${level}: ${showAll ? message : summary(message)}`);
    },
  };
}

/** The first line; of a structured log line its message alone. */
function summary(message: string): string {
  const line = parseObject(message);
  if (typeof line?.["message"] === "string") return firstLine(line["message"]);
  return line === null ? firstLine(message) : message;
}

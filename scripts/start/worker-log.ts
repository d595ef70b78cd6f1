import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseObject } from "./json-file.ts";
import { firstLine } from "./problem.ts";

/** What the runtime says when somebody closes a connection before the answer is out. It happens, and is no fault. */
const DISCONNECTED = /^\S*kj\S* .*\bdisconnected: /;

/** A new log in the state directory; the one of the run before is overwritten. */
export function openWorkerLog(state: string, showAll: boolean): WorkerLog {
  const file = join(state, "worker.log");
  writeFileSync(file, "", { mode: 0o600 });
  return new WorkerLog(file, showAll);
}

/** What the Worker and its runtime say: everything goes to a file, what went wrong also to the terminal. */
export class WorkerLog {
  readonly file: string;
  readonly #showAll: boolean;
  #firstError: string | null = null;
  #isStarted = false;

  constructor(file: string, showAll: boolean) {
    this.file = file;
    this.#showAll = showAll;
  }

  write(level: string, message: string): void {
    appendFileSync(this.file, `${new Date().toISOString()} ${level} ${message}\n`);
    const isWrong = (level === "error" || level === "warn") && !DISCONNECTED.test(message);
    if (isWrong) this.#firstError ??= summary(message);
    if (this.#isStarted && (this.#showAll || isWrong)) {
      console.error(`worker ${level}: ${this.#showAll ? message : summary(message)}`);
    }
  }

  /** From here on the terminal shows it. Before, a start that fails says why by itself. */
  started(): void {
    this.#isStarted = true;
  }

  get firstError(): string | null {
    return this.#firstError;
  }
}

/** The first line; of a structured log line its message alone. */
function summary(message: string): string {
  const line = parseObject(message);
  if (typeof line?.["message"] === "string") return firstLine(line["message"]);
  return line === null ? firstLine(message) : message;
}

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { badInput, reasonOf } from "./replay-error.ts";

/** A step that was carried out: its key, the digest of what was sent and the id that it made. */
interface DoneStep {
  readonly key: string;
  readonly digest: string;
  readonly id: string;
}

const header = z.object({ replay: z.literal(1), till: z.string() });
const doneStep = z.object({ key: z.string(), digest: z.string(), id: z.string() });

/**
 * Steps already done, one JSON line each after a line that names the till. It only saves time: without it every step is
 * sent again and the platform answers what it answered before. A last line that was cut off is sent again.
 */
export class StateFile {
  readonly #path: string;
  readonly #done = new Map<string, DoneStep>();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens the file of a run against this till, or begins one. */
  static open(path: string, till: string): StateFile {
    const file = new StateFile(path);
    try {
      if (existsSync(path)) file.#read(till);
      else writeFileSync(path, `${JSON.stringify({ replay: 1, till })}\n`);
    } catch (error) {
      throw badInput(`cannot use the state file ${path}: ${reasonOf(error)}`);
    }
    return file;
  }

  /** The id that a step made when exactly this was sent; null when it must be sent. */
  idOf(key: string, digest: string): string | null {
    const done = this.#done.get(key);
    return done?.digest === digest ? done.id : null;
  }

  add(step: DoneStep): void {
    appendFileSync(this.#path, `${JSON.stringify(step)}\n`);
  }

  #read(till: string): void {
    const text = readFileSync(this.#path, "utf8");
    const [first = "", ...rest] = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
    const head = header.safeParse(parseLine(first));
    if (!head.success) throw new Error("it is not a state file of a replay");
    if (head.data.till !== till) throw new Error(`it belongs to the till ${head.data.till}, and the key is of ${till}`);
    for (const line of rest) {
      const step = doneStep.safeParse(parseLine(line));
      if (step.success) this.#done.set(step.data.key, step.data);
    }
    if (!text.endsWith("\n")) appendFileSync(this.#path, "\n");
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

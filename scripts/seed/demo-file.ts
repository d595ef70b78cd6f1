import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../start/json-file.ts";

const location = z.object({
  id: z.string(),
  name: z.string(),
  till: z.string(),
  /** May write the past; for the seed alone. */
  seedKey: z.string(),
});

const demoFile = z.object({
  version: z.literal(1),
  /** Where the platform was when it was last started. */
  url: z.string(),
  /** Whether everything has been sent. */
  complete: z.boolean(),
  period: z.object({ from: z.string(), months: z.int(), to_ms: z.int() }),
  members: z.int(),
  demo: z.object({
    name: z.string(),
    locator: z.string(),
    testKey: z.string(),
    /** A member to try things with. */
    member: z.object({ name: z.string(), phone: z.string() }),
    locations: z.tuple([location, location]),
  }),
  replay: z.object({ name: z.string(), locator: z.string(), key: z.string() }),
});

/** What was seeded, and the keys that were made for it. Readable by this user alone. */
export type DemoFile = z.output<typeof demoFile>;

/** Null when nothing was seeded, or by an older or newer version of this. */
export function readDemoFile(state: string): DemoFile | null {
  const parsed = demoFile.safeParse(readJson(pathOf(state)));
  return parsed.success ? parsed.data : null;
}

export function writeDemoFile(state: string, demo: DemoFile): void {
  writeJson(pathOf(state), demo);
}

function pathOf(state: string): string {
  return join(state, "demo.json");
}

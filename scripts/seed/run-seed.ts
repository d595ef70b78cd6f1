import { z } from "zod";
import { clause, messageOf, Problem } from "../start/problem.ts";
import type { SeedSize } from "../start/options.ts";
import { Api, Refused } from "./api.ts";
import { type DemoFile, readDemoFile, writeDemoFile } from "./demo-file.ts";
import { KEY_NAMES, KOFFIE_EN_ZO, REPLAY_GIFTS } from "./descriptions.ts";
import { makePeople } from "./people.ts";
import { playPerson } from "./play.ts";
import { Progress } from "./progress.ts";
import { periodUntil, planVisits } from "./visits.ts";

/** Enough to keep two cores busy; a member's own visits stay in order. */
const PARALLEL = 6;

export interface SeedRequest {
  readonly url: string;
  readonly state: string;
  readonly size: SeedSize;
  /** Also tell what happened since the last seed. */
  readonly upToNow: boolean;
  readonly signal: AbortSignal;
}

/**
 * Fills the platform with the demo merchants, or goes on where an earlier seed stopped. All through the front door: the
 * merchants by the sign-up services, the sales by the till's API.
 *
 * @throws Problem when the platform refuses what it should not
 */
export async function runSeed(request: SeedRequest): Promise<DemoFile> {
  const { url, state, signal, upToNow } = request;
  const api = new Api(url, signal);
  try {
    const known = await knownDemo(api, state);
    const begun = known ?? (await makeMerchants(api, url, request.size));
    const period = upToNow ? { ...begun.period, to_ms: periodUntil(Date.now(), 0).to_ms } : begun.period;
    const demo = { ...begun, url, period, complete: false };
    writeDemoFile(state, demo);
    await tellAll(api, demo);
    const complete = { ...demo, complete: true };
    writeDemoFile(state, complete);
    return complete;
  } catch (error) {
    if (error instanceof Problem || signal.aborted) throw error;
    throw new Problem(`The demo could not be loaded: ${clause(messageOf(error))}.`);
  }
}

/** The demo of an earlier seed, as long as the platform still knows its key. */
async function knownDemo(api: Api, state: string): Promise<DemoFile | null> {
  const demo = readDemoFile(state);
  if (demo === null) return null;
  try {
    await api.call({ method: "GET", path: "/v1/program", key: demo.demo.testKey, answer: z.unknown() });
    return demo;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return null;
    throw error;
  }
}

const made = z.object({
  locator: z.string(),
  locations: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      tills: z.array(z.object({ id: z.string(), keys: z.array(z.object({ name: z.string(), secret: z.string() })) })),
    }),
  ),
});
type MadeLocation = z.output<typeof made>["locations"][number];

async function makeMerchants(api: Api, url: string, { members, months }: SeedSize): Promise<DemoFile> {
  const demo = await api.call({ path: "/dev/demo", body: KOFFIE_EN_ZO, answer: made });
  const replay = await api.call({ path: "/dev/demo", body: REPLAY_GIFTS, answer: made });
  const [first, second] = demo.locations;
  const [online] = replay.locations;
  if (first === undefined || second === undefined || online === undefined) throw new Error("a location is missing");
  return {
    version: 1,
    url,
    complete: false,
    period: periodUntil(Date.now(), months),
    members,
    demo: {
      name: KOFFIE_EN_ZO.name,
      locator: demo.locator,
      testKey: keyOf(first, KEY_NAMES.till),
      member: tryoutMember(members),
      locations: [locationOf(first), locationOf(second)],
    },
    replay: { name: REPLAY_GIFTS.name, locator: replay.locator, key: keyOf(online, KEY_NAMES.seed) },
  };
}

function locationOf(location: MadeLocation) {
  const { id, name, tills } = location;
  return { id, name, till: tills[0]?.id ?? "", seedKey: keyOf(location, KEY_NAMES.seed) };
}

function keyOf({ name, tills }: MadeLocation, wanted: string): string {
  const key = tills[0]?.keys.find((candidate) => candidate.name === wanted);
  if (key === undefined) throw new Error(`${name} has no key ${wanted}`);
  return key.secret;
}

/** The first who gave a phone number. */
function tryoutMember(members: number): { readonly name: string; readonly phone: string } {
  for (const { profile } of makePeople(members)) {
    if (profile.name !== undefined && profile.phone !== undefined) return { name: profile.name, phone: profile.phone };
  }
  throw new Error("nobody has a phone number");
}

async function tellAll(api: Api, demo: DemoFile): Promise<void> {
  const plans = makePeople(demo.members).map((person) => ({ person, visits: planVisits(person, demo.period) }));
  const steps = plans.reduce((sum, { visits }) => sum + visits.length + 1, 0);
  const [first, second] = demo.demo.locations;
  const keys = [first.seedKey, second.seedKey] as const;
  const progress = new Progress(`Loading ${demo.demo.name}`, steps);
  // Whoever comes most often begins, so that nobody is left to the end alone.
  const queue = plans.sort((left, right) => right.visits.length - left.visits.length);
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await playPerson(api, keys, next.person, next.visits, () => progress.step());
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  } catch (error) {
    // The others end after the person they are at.
    queue.length = 0;
    throw error;
  } finally {
    progress.end();
  }
}

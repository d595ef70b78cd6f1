import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { buildWorker } from "./build.ts";
import { HttpClient } from "./http-client.ts";
import { compare } from "./load.ts";
import { STEMPEL } from "./measure.ts";
import { type Place, startStempel } from "./platforms.ts";
import { freePort } from "./postgres.ts";
import { addMember, openShop } from "./shop.ts";
import { saleTarget } from "./targets.ts";

const SALES = 4_000;
const LINES_MAX = 45;

/** Writes a CPU profile of sales on one account, for a browser's developer tools, and prints where the time went. */
export async function profileHotPath(place: Place, file: string): Promise<boolean> {
  const port = await freePort();
  const { root, dir } = place;
  const bundle = await buildWorker({ root, config: "wrangler.toml", out: join(dir, "product"), minify: false });
  const runtime = await startStempel(place, bundle, port);
  const client = new HttpClient(runtime.url, 1);
  const shop = await openShop(client);
  const { card } = await addMember(client, shop);
  const target = saleTarget({ name: STEMPEL, url: runtime.url, pids: () => null }, shop, [card]);
  const load = { clients: 1, sales: SALES, rounds: 1, warmup: SALES / 4 };
  await compare([target], { ...load, sales: 1 });
  const inspector = await openInspector(port);
  await inspector.send("Profiler.enable");
  await inspector.send("Profiler.setSamplingInterval", { interval: 100 });
  await inspector.send("Profiler.start");
  await compare([target], { ...load, warmup: 1 });
  const { profile } = z.object({ profile: cpuProfile }).parse(await inspector.send("Profiler.stop"));
  inspector.close();
  writeFileSync(file, JSON.stringify(profile));
  console.log(hotSpots(profile));
  return false;
}

const cpuProfile = z.looseObject({
  nodes: z.array(
    z.looseObject({
      id: z.int(),
      callFrame: z.looseObject({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).default([]),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.int()),
});
type CpuProfile = z.infer<typeof cpuProfile>;

interface Spot {
  self_us: number;
  total_us: number;
}

/** Functions by the time spent in them and below them, per sale. Recursion counts once. */
function hotSpots({ nodes, samples, timeDeltas }: CpuProfile): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => node.children.map((child) => [child, node.id] as const)));
  const spots = new Map<string, Spot>();
  const nameOf = (id: number) => {
    const frame = byId.get(id)?.callFrame;
    return frame === undefined ? "?" : `${frame.functionName || "(anonymous)"}:${frame.lineNumber + 1}`;
  };
  samples.forEach((leaf, at) => {
    const took_us = timeDeltas[at] ?? 0;
    const path = new Set<string>();
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) path.add(nameOf(id));
    for (const name of path) {
      const spot = spots.get(name) ?? { self_us: 0, total_us: 0 };
      spot.total_us += took_us;
      if (name === nameOf(leaf)) spot.self_us += took_us;
      spots.set(name, spot);
    }
  });
  const perSale = (us: number) => (us / SALES).toFixed(1).padStart(8);
  const top = (by: keyof Spot) =>
    [...spots]
      .toSorted(([, left], [, right]) => right[by] - left[by])
      .slice(0, LINES_MAX)
      .map(([name, spot]) => `${perSale(spot.self_us)} ${perSale(spot.total_us)}  ${name}`);
  const head = "µs per sale: in the function, with what it calls";
  return `${head}, by the first\n${top("self_us").join("\n")}\n\n${head}, by the second\n${top("total_us").join("\n")}`;
}

interface Inspector {
  readonly send: (method: string, params?: object) => Promise<unknown>;
  readonly close: () => void;
}

const target = z.array(z.looseObject({ webSocketDebuggerUrl: z.string(), title: z.string().default("") }));
const reply = z.looseObject({ id: z.int().optional(), result: z.unknown().optional() });

/** Speaks the inspector's protocol with the Worker's isolate. */
async function openInspector(port: number): Promise<Inspector> {
  const targets = target.parse(await (await fetch(`http://127.0.0.1:${port}/json`)).json());
  const found = targets.find(({ webSocketDebuggerUrl }) => webSocketDebuggerUrl.includes("stempel")) ?? targets[0];
  if (found === undefined) throw new Error("the inspector offers nothing");
  const socket = new WebSocket(found.webSocketDebuggerUrl);
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Error("the inspector refuses")));
  await opened.promise;
  const waiting = new Map<number, (result: unknown) => void>();
  let calls = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = reply.parse(JSON.parse(String(data)));
    if (id !== undefined) waiting.get(id)?.(result);
  });
  return {
    send: (method, params = {}) => {
      calls += 1;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(calls, resolve);
      socket.send(JSON.stringify({ id: calls, method, params }));
      return promise;
    },
    close: () => socket.close(),
  };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crash } from "../test/crash/crash.ts";
import { build } from "../test/crash/platform.ts";
import { freePort } from "../test/e2e/support/start-process.ts";

// The full crash test: options --rounds N --acks N (in all) --clients N. Exits 1 when anything was lost, doubled or broken.
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    acks: { type: "string", default: "50000" },
    clients: { type: "string", default: "16" },
  },
});
const [rounds, acks, clients] = [Number(values.rounds), Number(values.acks), Number(values.clients)];
const folder = mkdtempSync(join(tmpdir(), "stempel-crash-"));
try {
  const bundle = await build(join(folder, "product"));
  const { wrong, ...report } = await crash({
    state: join(folder, "state"),
    port: await freePort(),
    bundle,
    rounds,
    clients,
    members: 100,
    acks_per_round: Math.ceil(acks / rounds),
    // Longer than the alarm of an account that was busy when it died.
    alarms_ms: 75_000,
    log: console.log,
  });
  for (const line of wrong.slice(0, 20)) console.error(line);
  console.log(JSON.stringify({ ...report, wrong: wrong.length }));
  const bad = report.lost + report.doubled + wrong.length + report.projections_behind;
  process.exitCode = bad === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

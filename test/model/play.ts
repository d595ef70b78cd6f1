import fc, { type AsyncCommand } from "fast-check";
import { anyProgram } from "./arbitraries.ts";
import { StepCommand } from "./commands.ts";
import type { Side } from "./side.ts";
import { anyStep, erasure, merge, type Step } from "./steps.ts";
import { World } from "./world.ts";

/** A merchant's zone and first programme, and what happens. */
export interface Story {
  readonly zone: string;
  readonly program: string;
  readonly commands: Iterable<AsyncCommand<World, Side>>;
}

/** How much to run: `MODEL_RUNS`, `MODEL_COMMANDS` and `MODEL_SEED` change it; `MODEL_FROM` leaves out those before, `MODEL_SECONDS` ends it early. */
export function modelRuns(): {
  readonly sequences: number;
  readonly from: number;
  readonly commands: number;
  readonly seed: number;
  readonly seconds_max: number;
} {
  const number = (name: string, usual: number) => Number(process.env[name] ?? usual);
  return {
    sequences: number("MODEL_RUNS", 80),
    from: number("MODEL_FROM", 0),
    commands: number("MODEL_COMMANDS", 100),
    seed: number("MODEL_SEED", 20_261_122),
    seconds_max: number("MODEL_SECONDS", 3600),
  };
}

/** Stories of so many commands at most. Without `alarms` nothing rings by itself. */
export function stories(commands: number, { alarms = true } = {}): fc.Arbitrary<Story> {
  return fc.constantFrom("Europe/Amsterdam", "America/New_York", "Pacific/Kiritimati").chain((zone) => {
    const step = fc.oneof(
      { weight: 150, arbitrary: alarms ? anyStep(zone) : anyStep(zone).filter(isQuiet) },
      { weight: 1, arbitrary: erasure },
      { weight: 2, arbitrary: merge },
    );
    const command = step.map((one): AsyncCommand<World, Side> => new StepCommand(one));
    return fc.record({
      zone: fc.constant(zone),
      program: anyProgram(zone),
      commands: fc.commands([command], { maxCommands: commands, size: "max" }),
    });
  });
}

/** Whether no alarm rings by it: what a late sale gives may be due at once, and a real alarm would book that by itself. */
function isQuiet(step: Step): boolean {
  return step.kind !== "alarm" && !(step.kind === "sale" && step.late_days > 0);
}

/** Plays a story on a side; throws at the first step on which the two disagree. */
export async function playModel({ zone, program, commands }: Story, side: Side): Promise<World> {
  const world = new World(zone, program, idMaker());
  await world.begin(side);
  await fc.asyncModelRun(() => ({ model: world, real: side }), commands);
  return world;
}

function idMaker(): (kind: "member" | "receipt") => string {
  let count = 0;
  return (kind) => `${kind === "member" ? "m" : "r"}${String((count += 1)).padStart(15, "0")}`;
}

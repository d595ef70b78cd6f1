import { type CompiledProgram, compileProgram } from "../../domain/program/compile.ts";
import type { ProgramPayload } from "./protocol.ts";

/** Programmes this isolate has compiled, by hash. A few per merchant; the oldest go when there are too many. */
const compiled = new Map<string, CompiledProgram>();
const COMPILED_MAX = 200;

/** The compiled programme of a payload; each version is parsed once per isolate. */
export function compiledProgram(payload: ProgramPayload): CompiledProgram {
  const key = `${payload.version}:${payload.hash}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const program = compileProgram(payload.version, payload.hash, payload.json);
  if (compiled.size >= COMPILED_MAX)
    for (const oldest of [...compiled.keys()].slice(0, COMPILED_MAX / 2)) compiled.delete(oldest);
  compiled.set(key, program);
  return program;
}

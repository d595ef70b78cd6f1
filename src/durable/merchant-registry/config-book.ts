import { invariant } from "../../domain/invariant.ts";
import { ok } from "../../domain/result.ts";
import type { MerchantConfig, ProgramText } from "../../domain/tenancy/config.ts";
import { judgeConfig } from "./judge-config.ts";
import { programsToServe } from "./program-window.ts";
import type { ApplyConfigAnswer, ApplyConfigCommand, ConfigSnapshot } from "./protocol.ts";
import type { RegistryStore } from "./store.ts";

/** Runs SQL in one transaction; the schema exists before it begins. */
export type Transact = (run: () => void) => void;

/** The replica of the merchant's configuration, and a parsed copy of it while the object is awake. */
export class ConfigBook {
  readonly #store: RegistryStore;
  #parsed: MerchantConfig | null = null;

  constructor(store: RegistryStore) {
    this.#store = store;
  }

  /** Takes a pushed configuration over when it is newer. `version` is the one in force: null in an empty registry. */
  apply(command: ApplyConfigCommand, version: number | null, transact: Transact): ApplyConfigAnswer {
    const programs = version === null ? [] : this.#store.programFacts();
    const verdict = judgeConfig({ version, programs }, command.config, command.programs);
    if (!verdict.ok) return verdict;
    const decided = verdict.value;
    if (decided.outcome !== "applied") return ok({ outcome: decided.outcome, version: version ?? 0 });
    transact(() => {
      for (const program of decided.newPrograms) this.#store.addProgram(program);
      this.#store.putConfig(command.config, command.now_ms);
    });
    this.#parsed = null;
    return ok({ outcome: "applied", version: command.config.version });
  }

  /** The configuration, parsed once per wake and version. The caller has just read the version from storage. */
  load(version: number): MerchantConfig {
    if (this.#parsed?.version !== version) this.#parsed = this.#store.config();
    const parsed = this.#parsed;
    invariant(parsed !== null && parsed.version === version, "the stored configuration is of another version");
    return parsed;
  }

  snapshot(config: MerchantConfig, now_ms: number): ConfigSnapshot {
    const programs = programsToServe(config.programs, now_ms).map(({ version }): ProgramText => {
      const text = this.#store.program(version);
      invariant(text !== null, `the text of programme ${version} is missing`);
      return text;
    });
    return { config, programs };
  }
}

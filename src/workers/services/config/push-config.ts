import type { TenantDb } from "../../../db/tenant-db.ts";
import type { Result } from "../../../domain/result.ts";
import { type Mode, MODES } from "../../../domain/tenancy/merchant.ts";
import type { ServicePorts } from "../context.ts";
import { readAllTexts, readSnapshot, type Snapshot } from "./build-snapshot.ts";
import type { ApplyOutcome, ApplyRefusal } from "./registry-port.ts";

export type PushPorts = Pick<ServicePorts, "now_ms" | "registry" | "log">;

/**
 * Brings both registries up to the configuration in D1, those that are behind. Never throws: the change it follows is
 * committed already, and what fails here stays marked as behind until the minutely job succeeds.
 * Answers whether both registries are known to be up to date.
 */
export async function pushConfig(tenant: TenantDb, ports: PushPorts): Promise<boolean> {
  try {
    const snapshot = await readSnapshot(tenant, ports.now_ms());
    if (snapshot === null) return true;
    const behind = MODES.filter((mode) => snapshot.pushed[mode] < snapshot.version);
    const pushed = await Promise.all(behind.map((mode) => pushMode(tenant, ports, snapshot, mode)));
    return pushed.every((success) => success);
  } catch (error) {
    ports.log({ event: "config_push_failed", merchant: tenant.locator, mode: null, error: messageOf(error) });
    return false;
  }
}

async function pushMode(tenant: TenantDb, ports: PushPorts, snapshot: Snapshot, mode: Mode): Promise<boolean> {
  try {
    const answer = await applySnapshot(tenant, ports, snapshot, mode);
    if (!answer.ok) {
      const { code } = answer.error;
      ports.log({ event: "config_push_refused", merchant: tenant.locator, mode, version: snapshot.version, code });
      return false;
    }
    if (answer.value.outcome === "stale") {
      await overtakeWhenAhead(tenant, ports, mode, answer.value.version);
      return false;
    }
    await tenant.batch([tenant.merchant.recordPushed(mode, snapshot.version)]);
    return true;
  } catch (error) {
    ports.log({ event: "config_push_failed", merchant: tenant.locator, mode, error: messageOf(error) });
    return false;
  }
}

/** Sends what the registry is thought to lack; when it has lost more than that, once more with all it names. */
async function applySnapshot(
  tenant: TenantDb,
  ports: PushPorts,
  snapshot: Snapshot,
  mode: Mode,
): Promise<Result<ApplyOutcome, ApplyRefusal>> {
  const registry = { mode, merchant: tenant.locator };
  const config = snapshot.configFor(mode);
  const answer = await ports.registry.applyConfig(registry, config, snapshot.textsFor(mode));
  if (answer.ok || answer.error.code !== "program_missing") return answer;
  return ports.registry.applyConfig(registry, config, await readAllTexts(tenant, snapshot.version));
}

/**
 * A registry that is ahead of what was pushed usually got a later change from somebody else. Ahead of D1 itself it can
 * only be when D1 was restored from a backup: then D1's version number jumps over the registry's, and since the change
 * counts as not pushed, the next run of the minutely job pushes it.
 */
export async function overtakeWhenAhead(
  tenant: TenantDb,
  ports: Pick<PushPorts, "log">,
  mode: Mode,
  registry_version: number,
): Promise<void> {
  const [[merchant]] = await tenant.batch([tenant.merchant.get()]);
  if (merchant === undefined || merchant.config_version >= registry_version) return;
  ports.log({ event: "config_registry_ahead", merchant: tenant.locator, mode, version: registry_version });
  await tenant.batch([tenant.merchant.overtake(registry_version)]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

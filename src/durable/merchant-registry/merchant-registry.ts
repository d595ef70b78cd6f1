import { DurableObject } from "cloudflare:workers";
import { invariant } from "../../domain/invariant.ts";
import { fail, ok } from "../../domain/result.ts";
import type { MerchantConfig, ProgramText } from "../../domain/tenancy/config.ts";
import { normaliseIdentifier } from "../../domain/tenancy/identifier.ts";
import type { Identifier } from "../../domain/tenancy/member-profile.ts";
import type { ObjectName } from "../../domain/tenancy/object-name.ts";
import { assertObjectIdentity } from "../shared/object-identity.ts";
import { hasSchema, runMigrations } from "../shared/run-migrations.ts";
import { ConfigBook } from "./config-book.ts";
import { KeyUses } from "./key-uses.ts";
import { MemberSearch } from "./member-search.ts";
import { beginMerge, mergeMember } from "./merge-member.ts";
import { MIGRATIONS } from "./migrations.ts";
import type * as protocol from "./protocol.ts";
import {
  findByIdentifier,
  getMember,
  identifiersOf,
  getMembers,
  listMembers,
  readSearchPage,
  toSearchHit,
} from "./read-member.ts";
import { RegistryStore } from "./store.ts";
import { openVault, type Vault } from "./vault.ts";
import { createMember, eraseMember, linkCardNumber, releaseCardNumber, updateMember } from "./write-member.ts";

interface Open {
  readonly name: ObjectName;
  readonly version: number;
  readonly clock_offset_ms: number;
}

const UNKNOWN_MERCHANT = fail({ code: "unknown_merchant" } as const);

/**
 * What the edge must know of one merchant and mode to accept a sale, and the members as persons. One object per merchant
 * and mode. Only {@link MerchantRegistry.applyConfig} creates storage: asked for anything else, a registry that no
 * configuration has reached answers `unknown_merchant` and stays nothing.
 */
export class MerchantRegistry extends DurableObject {
  readonly #store = new RegistryStore(this.ctx.storage.sql);
  readonly #configs = new ConfigBook(this.#store);
  readonly #keyUses = new KeyUses(this.#store);
  readonly #search = new MemberSearch(() => new Promise((resolve) => setTimeout(resolve, 0)));
  #schemaIsCurrent = false;
  #vault: Vault | null = null;

  /** Takes over a configuration from D1 when it is newer than the one here. */
  applyConfig(command: protocol.ApplyConfigCommand): protocol.ApplyConfigAnswer {
    const name = assertObjectIdentity(this.ctx.id, command.to);
    const { mode, merchant } = command.config;
    invariant(mode === name.mode && merchant.locator === name.merchant, "configuration of another merchant");
    const head = this.#openSchema() ? this.#store.configHead() : null;
    return this.#configs.apply(command, head?.version ?? null, (run) => {
      this.#migrate(command.now_ms);
      this.ctx.storage.transactionSync(run);
    });
  }

  /** The version in force; null when no configuration has been applied. */
  configVersion(query: protocol.Addressed): number | null {
    return this.#open(query)?.version ?? null;
  }

  /** All that a cold sale needs, in one call. */
  resolve(query: protocol.ResolveQuery): protocol.ResolveAnswer {
    const open = this.#open(query);
    if (open === null) return UNKNOWN_MERCHANT;
    const config = this.#configs.load(open.version);
    const { keyHash, configVersionKnown } = query;
    const key = config.keys.find(({ hash }) => hash === keyHash);
    if (keyHash !== undefined && key === undefined) return fail({ code: "unknown_key" });
    if (key !== undefined) this.#keyUses.note(key.id, query.now_ms);
    const now_ms = query.now_ms + open.clock_offset_ms;
    const asked = query.identifier !== undefined || query.rawIdentifier !== undefined;
    const identifier = query.identifier ?? comparable(config, keyHash, query.rawIdentifier);
    const closed_budgets = this.#store.closedBudgets();
    return ok({
      ...(closed_budgets.length === 0 ? {} : { closed_budgets }),
      configVersion: open.version,
      clock_offset_ms: open.clock_offset_ms,
      snapshot: configVersionKnown === open.version ? null : this.#configs.snapshot(config, now_ms),
      identifier: asked ? this.#find(open, identifier, now_ms) : null,
    });
  }

  /** When keys were last used, by their ids, to ten minutes; those that never were are absent. */
  keyUses(query: protocol.KeyUsesQuery): protocol.KeyUsesAnswer {
    return this.#open(query) === null ? {} : this.#store.keyUses(query.keys);
  }

  #find(open: Open, identifier: Identifier | null, now_ms: number): protocol.IdentifierAnswer {
    if (identifier === null) return { outcome: "unknown", former: [] };
    return findByIdentifier(this.#openVault(open.name), identifier, now_ms);
  }

  /** Any version ever applied, however old; null when there is none such. */
  program(query: protocol.ProgramQuery): ProgramText | null {
    return this.#open(query) === null ? null : this.#store.program(query.version);
  }

  createMember(command: protocol.CreateMemberCommand): protocol.MemberWritten {
    return this.#write(command, (vault, now_ms) => createMember(vault, command, now_ms), command.account);
  }

  updateMember(command: protocol.UpdateMemberCommand): protocol.MemberWritten {
    return this.#write(command, (vault, now_ms) => updateMember(vault, command, now_ms), command.account);
  }

  eraseMember(command: protocol.EraseMemberCommand): protocol.EraseAnswer {
    return this.#write(command, (vault, now_ms) => eraseMember(vault, command, now_ms), command.account);
  }

  beginMerge(command: protocol.BeginMergeCommand): protocol.MergeAnswer {
    return this.#write(command, (vault, now_ms) => beginMerge(vault, command, now_ms));
  }

  mergeMember(command: protocol.MergeMemberCommand): protocol.MergeAnswer {
    const answer = this.#write(command, (vault, now_ms) => mergeMember(vault, command, now_ms), command.into);
    if (this.#search.isLoaded) this.#search.remove(command.from);
    return answer;
  }

  linkCardNumber(command: protocol.LinkCardNumberCommand): protocol.LinkAnswer {
    return this.#write(command, (vault) => linkCardNumber(vault, command));
  }

  releaseCardNumber(command: protocol.CardNumberCommand): protocol.ReleaseAnswer {
    return this.#write(command, (vault, now_ms) => releaseCardNumber(vault, command, now_ms));
  }

  getMember(query: protocol.MemberQuery): protocol.MemberAnswer {
    const open = this.#open(query);
    return open === null ? UNKNOWN_MERCHANT : getMember(this.#openVault(open.name), query.account);
  }

  identifiersOf(query: protocol.MemberQuery): protocol.IdentifiersAnswer {
    const open = this.#open(query);
    return open === null ? UNKNOWN_MERCHANT : identifiersOf(this.#openVault(open.name), query.account);
  }

  getMembers(query: protocol.MembersQuery): protocol.MembersAnswer {
    const open = this.#open(query);
    return open === null ? UNKNOWN_MERCHANT : ok(getMembers(this.#openVault(open.name), query.accounts));
  }

  listMembers(query: protocol.ListQuery): protocol.ListAnswer {
    const open = this.#open(query);
    return open === null ? UNKNOWN_MERCHANT : listMembers(this.#openVault(open.name), query);
  }

  /** The first search reads all members into memory; see {@link MemberSearch}. */
  async searchMembers(query: protocol.SearchQuery): Promise<protocol.SearchAnswer> {
    const open = this.#open(query);
    if (open === null) return UNKNOWN_MERCHANT;
    const vault = this.#openVault(open.name);
    const { query: text, limit } = query;
    return ok(await this.#search.find(text, limit, Date.now(), (seq) => readSearchPage(vault, seq)));
  }

  /** Lets the edge know, when it asks next, that a promotion gives no more. */
  closeBudget(command: protocol.CloseBudgetCommand): protocol.CloseBudgetAnswer {
    const open = this.#open(command);
    if (open === null) return UNKNOWN_MERCHANT;
    this.#store.closeBudget(command, command.now_ms);
    return ok(null);
  }

  /** Sets the test clock; refused in live mode. */
  setClockOffset(command: protocol.ClockCommand): protocol.ClockAnswer {
    const open = this.#open(command);
    if (open === null) return UNKNOWN_MERCHANT;
    if (open.name.mode === "live") return fail({ code: "live_mode" });
    invariant(Number.isSafeInteger(command.offset_ms), `clock offset is not a safe integer: ${command.offset_ms}`);
    this.#store.setClockOffset(command.offset_ms);
    return ok({ clock_offset_ms: command.offset_ms });
  }

  /** What every command begins with. Null when there is no configuration, and then nothing has been written. */
  #open(command: protocol.Addressed): Open | null {
    const name = assertObjectIdentity(this.ctx.id, command.to);
    this.#search.dropIfIdle(Date.now());
    const head = this.#openSchema() ? this.#store.configHead() : null;
    return head === null ? null : { name, ...head };
  }

  /** Brings an existing schema up to date; answers whether there is one. */
  #openSchema(): boolean {
    if (this.#schemaIsCurrent) return true;
    if (!hasSchema(this.ctx.storage.sql)) return false;
    this.#migrate(Date.now());
    return true;
  }

  #migrate(now_ms: number): void {
    if (!this.#schemaIsCurrent) runMigrations(this.ctx.storage, MIGRATIONS, { now_ms });
    this.#schemaIsCurrent = true;
  }

  /** Runs a command in one transaction, then tells the search index about `account`. */
  #write<Answer>(
    command: protocol.Addressed & { readonly now_ms: number },
    run: (vault: Vault, now_ms: number) => Answer,
    account?: string,
  ): Answer | typeof UNKNOWN_MERCHANT {
    const open = this.#open(command);
    if (open === null) return UNKNOWN_MERCHANT;
    const vault = this.#openVault(open.name);
    const answer = this.ctx.storage.transactionSync(() => run(vault, command.now_ms + open.clock_offset_ms));
    if (account !== undefined && this.#search.isLoaded) this.#refreshSearch(vault, account);
    return answer;
  }

  #refreshSearch(vault: Vault, account: string): void {
    const row = this.#store.member(account);
    const hit = row === null ? null : toSearchHit(vault, row);
    if (hit === null) this.#search.remove(account);
    else this.#search.put(hit);
  }

  #openVault(name: ObjectName): Vault {
    this.#vault ??= openVault(this.#store, name, this.env.STEMPEL_MASTER_KEYS);
    return this.#vault;
  }
}

/** A raw identifier made comparable; a national phone number is read with the country of the till's location. */
function comparable(
  config: MerchantConfig,
  keyHash: string | undefined,
  raw: protocol.RawIdentifier | undefined,
): Identifier | null {
  if (raw === undefined) return null;
  const key = config.keys.find(({ hash }) => hash === keyHash);
  const till = config.tills.find(({ id }) => id === key?.till);
  const location = config.locations.find(({ id }) => id === till?.location);
  return normaliseIdentifier(raw.kind, raw.text, location?.country ?? config.merchant.country);
}

import type { MerchantConfig, ProgramText } from "../../domain/tenancy/config.ts";
import type { Tenant } from "../../domain/tenancy/merchant.ts";
import { formatObjectName, registryObjectName } from "../../domain/tenancy/object-name.ts";
import { callObject, type CallDeps } from "../shared/call.ts";
import { locationHintFor, objectStub } from "../shared/namespace.ts";
import type { MerchantRegistry } from "./merchant-registry.ts";
import type * as protocol from "./protocol.ts";

export interface RegistryClientOptions {
  /** ISO 3166-1 alpha-2 country of the merchant or location: where to create the object when it does not exist yet. */
  readonly country?: string;
  readonly deps?: CallDeps;
}

type RegistryStub = DurableObjectStub<MerchantRegistry>;
type Unaddressed<Command extends protocol.Addressed> = Omit<Command, "to">;

/**
 * The registry of one merchant and mode, as a Worker calls it. Each method is one object call, retried when the platform
 * says so. `now_ms` is the wall clock everywhere; the registry adds the test clock.
 *
 * Every method throws ObjectUnavailableError when the object cannot be reached.
 */
export class RegistryClient {
  readonly #to: string;
  readonly #newStub: () => RegistryStub;
  readonly #deps: CallDeps | undefined;

  constructor(
    namespace: DurableObjectNamespace<MerchantRegistry>,
    tenant: Tenant,
    options: RegistryClientOptions = {},
  ) {
    const name = registryObjectName(tenant.mode, tenant.merchant);
    const locationHint = options.country === undefined ? undefined : locationHintFor(options.country);
    this.#to = formatObjectName(name);
    this.#newStub = () => objectStub(namespace, name, locationHint === undefined ? {} : { locationHint });
    this.#deps = options.deps;
  }

  applyConfig(
    config: MerchantConfig,
    programs: readonly ProgramText[],
    now_ms: number,
  ): Promise<protocol.ApplyConfigAnswer> {
    return this.#call((stub) => stub.applyConfig({ to: this.#to, config, programs, now_ms }));
  }

  configVersion(): Promise<number | null> {
    return this.#call((stub) => stub.configVersion({ to: this.#to }));
  }

  resolve(query: Unaddressed<protocol.ResolveQuery>): Promise<protocol.ResolveAnswer> {
    return this.#call((stub) => stub.resolve({ ...query, to: this.#to }));
  }

  closeBudget(command: Unaddressed<protocol.CloseBudgetCommand>): Promise<protocol.CloseBudgetAnswer> {
    return this.#call((stub) => stub.closeBudget({ ...command, to: this.#to }));
  }

  keyUses(keys: readonly string[]): Promise<protocol.KeyUsesAnswer> {
    return this.#call((stub) => stub.keyUses({ to: this.#to, keys }));
  }

  program(version: number): Promise<ProgramText | null> {
    return this.#call((stub) => stub.program({ to: this.#to, version }));
  }

  createMember(command: Unaddressed<protocol.CreateMemberCommand>): Promise<protocol.MemberWritten> {
    return this.#call((stub) => stub.createMember({ ...command, to: this.#to }));
  }

  updateMember(command: Unaddressed<protocol.UpdateMemberCommand>): Promise<protocol.MemberWritten> {
    return this.#call((stub) => stub.updateMember({ ...command, to: this.#to }));
  }

  eraseMember(command: Unaddressed<protocol.EraseMemberCommand>): Promise<protocol.EraseAnswer> {
    return this.#call((stub) => stub.eraseMember({ ...command, to: this.#to }));
  }

  beginMerge(command: Unaddressed<protocol.BeginMergeCommand>): Promise<protocol.MergeAnswer> {
    return this.#call((stub) => stub.beginMerge({ ...command, to: this.#to }));
  }

  mergeMember(command: Unaddressed<protocol.MergeMemberCommand>): Promise<protocol.MergeAnswer> {
    return this.#call((stub) => stub.mergeMember({ ...command, to: this.#to }));
  }

  linkCardNumber(command: Unaddressed<protocol.LinkCardNumberCommand>): Promise<protocol.LinkAnswer> {
    return this.#call((stub) => stub.linkCardNumber({ ...command, to: this.#to }));
  }

  releaseCardNumber(command: Unaddressed<protocol.CardNumberCommand>): Promise<protocol.ReleaseAnswer> {
    return this.#call((stub) => stub.releaseCardNumber({ ...command, to: this.#to }));
  }

  getMember(account: string): Promise<protocol.MemberAnswer> {
    return this.#call((stub) => stub.getMember({ to: this.#to, account }));
  }

  identifiersOf(account: string): Promise<protocol.IdentifiersAnswer> {
    return this.#call((stub) => stub.identifiersOf({ to: this.#to, account }));
  }

  getMembers(accounts: readonly string[]): Promise<protocol.MembersAnswer> {
    return this.#call((stub) => stub.getMembers({ to: this.#to, accounts }));
  }

  listMembers(query: Unaddressed<protocol.ListQuery>): Promise<protocol.ListAnswer> {
    return this.#call((stub) => stub.listMembers({ ...query, to: this.#to }));
  }

  searchMembers(query: Unaddressed<protocol.SearchQuery>): Promise<protocol.SearchAnswer> {
    return this.#call((stub) => stub.searchMembers({ ...query, to: this.#to }));
  }

  setClockOffset(offset_ms: number): Promise<protocol.ClockAnswer> {
    return this.#call((stub) => stub.setClockOffset({ to: this.#to, offset_ms }));
  }

  #call<Answer>(call: (stub: RegistryStub) => Answer): Promise<Awaited<Answer>> {
    return callObject(this.#newStub, call, this.#deps);
  }
}

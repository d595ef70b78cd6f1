import type { StoredValuePeriod } from "../../domain/insights/stored-value.ts";
import type { Tenant } from "../../domain/tenancy/merchant.ts";
import { formatObjectName, insightsObjectName } from "../../domain/tenancy/object-name.ts";
import { callObject, type CallDeps } from "../shared/call.ts";
import { objectStub, type StubOptions } from "../shared/namespace.ts";
import type { MerchantInsights } from "./merchant-insights.ts";
import type * as protocol from "./protocol.ts";

type Stub = DurableObjectStub<MerchantInsights>;
type Unaddressed<Message extends protocol.Addressed> = Omit<Message, "to">;

/**
 * The insights of one merchant and mode. Each method is one object call, retried when the platform says so; everything
 * may be repeated.
 *
 * Every method throws ObjectUnavailableError when the object cannot be reached.
 */
export class InsightsClient {
  readonly #to: string;
  readonly #newStub: () => Stub;
  readonly #deps: CallDeps | undefined;

  constructor(
    namespace: DurableObjectNamespace<MerchantInsights>,
    tenant: Tenant,
    options: StubOptions & { readonly deps?: CallDeps } = {},
  ) {
    const { deps, ...stubOptions } = options;
    const name = insightsObjectName(tenant);
    this.#to = formatObjectName(name);
    this.#newStub = () => objectStub(namespace, name, stubOptions);
    this.#deps = deps;
  }

  push(message: Unaddressed<protocol.PushMessage>): Promise<protocol.PushAnswer> {
    return this.#call((stub) => stub.push({ to: this.#to, ...message }));
  }

  close(message: Unaddressed<protocol.CloseMessage>): Promise<void> {
    return this.#call((stub) => stub.close({ to: this.#to, ...message }));
  }

  feed(query: Unaddressed<protocol.FeedQuery>): Promise<protocol.FeedPage> {
    return this.#call((stub) => stub.feed({ to: this.#to, ...query }));
  }

  totals(query: Unaddressed<protocol.TotalsQuery>): Promise<protocol.Totals> {
    return this.#call((stub) => stub.totals({ to: this.#to, ...query }));
  }

  handOuts(query: Unaddressed<protocol.HandOutsQuery>): Promise<readonly protocol.HandOut[]> {
    return this.#call((stub) => stub.handOuts({ to: this.#to, ...query }));
  }

  storedValue(query: Unaddressed<protocol.StoredValueQuery>): Promise<readonly StoredValuePeriod[]> {
    return this.#call((stub) => stub.storedValue({ to: this.#to, ...query }));
  }

  budgets(): Promise<readonly protocol.BudgetView[]> {
    return this.#call((stub) => stub.budgets({ to: this.#to }));
  }

  activeMembers(query: Unaddressed<protocol.ActiveMembersQuery>): Promise<number> {
    return this.#call((stub) => stub.activeMembers({ to: this.#to, ...query }));
  }

  flags(query: Unaddressed<protocol.FlagsQuery>): Promise<protocol.FlagPage> {
    return this.#call((stub) => stub.flags({ to: this.#to, ...query }));
  }

  flag(id: string): Promise<protocol.FlagView | null> {
    return this.#call((stub) => stub.flag({ to: this.#to, id }));
  }

  resolveFlag(message: Unaddressed<protocol.ResolveFlagMessage>): Promise<protocol.FlagView | null> {
    return this.#call((stub) => stub.resolveFlag({ to: this.#to, ...message }));
  }

  appendAudit(entries: readonly protocol.AuditEntry[]): Promise<void> {
    return this.#call((stub) => stub.appendAudit({ to: this.#to, entries }));
  }

  audit(query: Unaddressed<protocol.AuditQuery>): Promise<protocol.AuditPage> {
    return this.#call((stub) => stub.audit({ to: this.#to, ...query }));
  }

  sightings(subject: string): Promise<readonly protocol.Sighting[]> {
    return this.#call((stub) => stub.sightings({ to: this.#to, subject }));
  }

  baskets(query: Unaddressed<protocol.BasketsQuery>): Promise<readonly protocol.BasketRow[]> {
    return this.#call((stub) => stub.baskets({ to: this.#to, ...query }));
  }

  anchors(query: Unaddressed<protocol.AnchorsQuery>): Promise<readonly protocol.AnchorRow[]> {
    return this.#call((stub) => stub.anchors({ to: this.#to, ...query }));
  }

  startWalk(kind: protocol.WalkMessage["kind"]): Promise<protocol.WalkAnswer> {
    return this.#call((stub) => stub.startWalk({ to: this.#to, kind }));
  }

  health(): Promise<protocol.HealthView> {
    return this.#call((stub) => stub.health({ to: this.#to }));
  }

  #call<Answer>(call: (stub: Stub) => Answer): Promise<Awaited<Answer>> {
    return callObject(this.#newStub, call, this.#deps);
  }
}

import { invariant } from "../../domain/invariant.ts";
import { type Jurisdiction, jurisdictionOf } from "../../domain/tenancy/merchant.ts";
import { formatObjectName, type ObjectName } from "../../domain/tenancy/object-name.ts";

export interface StubOptions {
  /** Where to create the object if it does not exist yet; ignored for one that does. See {@link locationHintFor}. */
  readonly locationHint?: DurableObjectLocationHint;
}

/** What workerd throws outside Cloudflare's network. Any other failure must not send personal data to another region. */
const LOCAL_RUNTIME = "Jurisdiction restrictions are not implemented in workerd";

let runtimeIsLocal = false;

/** The part of a namespace whose objects live in the jurisdiction; the plain namespace where the runtime has no jurisdictions. */
export function namespaceFor<Class extends Rpc.DurableObjectBranded | undefined>(
  namespace: DurableObjectNamespace<Class>,
  jurisdiction: Jurisdiction,
): DurableObjectNamespace<Class> {
  if (runtimeIsLocal) return namespace;
  try {
    return namespace.jurisdiction(jurisdiction);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes(LOCAL_RUNTIME)) throw error;
    runtimeIsLocal = true;
    return namespace;
  }
}

/**
 * A new stub of the named object, in the jurisdiction that its merchant's locator names. Making a stub neither wakes nor
 * creates the object. The only way to a stub: the same name in two jurisdictions would be two objects.
 */
export function objectStub<Class extends Rpc.DurableObjectBranded | undefined>(
  namespace: DurableObjectNamespace<Class>,
  name: ObjectName,
  options: StubOptions = {},
): DurableObjectStub<Class> {
  const jurisdiction = jurisdictionOf(name.merchant);
  invariant(jurisdiction !== null, `locator names no jurisdiction: ${name.merchant}`);
  return namespaceFor(namespace, jurisdiction).getByName(formatObjectName(name), options);
}

const COUNTRIES: readonly (readonly [DurableObjectLocationHint, string])[] = [
  ["weur", "AD AT BE CH DE DK ES FO FR GB GG GI IE IM IS IT JE LI LU MC MT NL NO PT SE SM VA"],
  ["eeur", "AL BA BG BY CY CZ EE FI GR HR HU LT LV MD ME MK PL RO RS RU SI SK UA XK"],
  ["enam", "BM CA GL PM US"],
  ["wnam", "MX"],
  ["sam", "AR BO BR CL CO EC FK GF GY PE PY SR UY VE"],
  ["me", "AE AM AZ BH GE IL IQ IR JO KW LB OM PS QA SA SY TR YE"],
  [
    "afr",
    "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
  ],
  ["oc", "AU CK FJ FM KI MH NC NR NU NZ PF PG PW SB TO TV VU WF WS"],
  ["apac", "AF BD BN BT CN HK ID IN JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN"],
];
const HINTS: ReadonlyMap<string, DurableObjectLocationHint> = new Map(
  COUNTRIES.flatMap(([hint, countries]) => countries.split(" ").map((country) => [country, hint] as const)),
);

/**
 * Where to create objects for a location in this country (ISO 3166-1 alpha-2, upper case). An object never moves, so an
 * importer or a cron that touches it first would otherwise pin it to the wrong continent. Undefined for a country we have
 * no opinion on: then the platform chooses a place near the first caller.
 */
export function locationHintFor(country: string): DurableObjectLocationHint | undefined {
  return HINTS.get(country);
}

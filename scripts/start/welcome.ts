import { randomInt } from "node:crypto";
import type { DemoFile } from "../seed/demo-file.ts";

const ADDRESSES = [
  ["/", "what this is"],
  ["/docs", "the API, to read"],
  ["/openapi.json", "the API, for machines"],
  ["/health", "whether it runs"],
  ["/dev/mailbox", "mail that would have been sent"],
  ["/dev/stripe", "the stand-in for Stripe: no money moves"],
] as const;

export interface Welcome {
  readonly url: string;
  readonly demo: DemoFile | null;
  /** How long the start took. */
  readonly seconds: number;
  /** Where the Worker's log is. */
  readonly log: string;
}

/** Says where everything is and what to try first. */
export async function printWelcome({ url, demo, seconds, log }: Welcome): Promise<void> {
  const answering = await Promise.all(
    ADDRESSES.map(async ([path, what]) => ((await answers(url, path)) ? [path, what] : [])),
  );
  const addresses = answering.flatMap(([path, what]) =>
    path === undefined ? [] : [`  ${`${url}${path}`.padEnd(36)}${what}`],
  );
  const lines = [
    "",
    `Stempel runs on ${url} (ready in ${seconds.toFixed(1)} s).`,
    "",
    ...addresses,
    "",
    ...(demo === null ? ["No demo data: `npm run seed` in another terminal loads them."] : firstSale(demo)),
    "",
    `The Worker's log: ${log}`,
    "Ctrl-C stops it and keeps the data; `npm start -- --reset` begins anew.",
  ];
  console.log(lines.join("\n"));
}

function firstSale({ url, demo, members }: DemoFile): string[] {
  return [
    `Demo merchant: ${demo.name}, ${demo.locations.length} locations, ${members} members, in test mode`,
    `Test key:      ${demo.testKey}`,
    "",
    `A sale to ${demo.member.name}, to paste into another terminal (twice: the second time changes nothing):`,
    "",
    saleCommand(url, demo),
  ];
}

/** A `curl` that posts a sale; every start makes up another receipt. */
function saleCommand(url: string, { testKey, member }: DemoFile["demo"]): string {
  const receipt = `T-${randomInt(100_000, 1_000_000)}`;
  const sale = {
    receipt,
    member: { phone: member.phone },
    total: { amount: 1040, currency: "EUR" },
    lines: [
      { sku: "FLAT-WHITE", quantity: "2", amount: 780, tax_rate: "9" },
      { sku: "CROISSANT", quantity: "1", amount: 260, tax_rate: "9" },
    ],
  };
  return [
    `curl -sS -w '\\n' ${url}/v1/sales \\`,
    `  -H 'Authorization: Bearer ${testKey}' \\`,
    `  -H 'Idempotency-Key: ${receipt}' \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '${JSON.stringify(sale)}'`,
  ].join("\n");
}

async function answers(url: string, path: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) });
    // Read to the end: the runtime would complain of a reader that leaves in the middle.
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

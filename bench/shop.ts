import { randomUUID } from "node:crypto";
import { z } from "zod";
import { KOFFIE_EN_ZO } from "../scripts/seed/descriptions.ts";
import { FULL_PROGRAM } from "../scripts/seed/full-program.ts";
import { Problem } from "../scripts/start/problem.ts";
import type { HttpClient } from "./http-client.ts";

/** A merchant on the platform with a till that may do everything. */
export interface Shop {
  readonly key: string;
}

export interface Member {
  readonly id: string;
  readonly card: string;
}

const madeShop = z.object({
  locations: z.array(z.object({ tills: z.array(z.object({ keys: z.array(z.object({ secret: z.string() })) })) })),
});
const madeMember = z.object({ member: z.object({ id: z.string() }), card_token: z.string() });

/** A running number makes every receipt of a run its own; the prefix, every run. */
const RUN = randomUUID().slice(0, 8);
let receipts = 0;

/** The demo's coffee bar, with every feature of a programme switched on. In live mode, as it would be in earnest. */
export async function openShop(client: HttpClient): Promise<Shop> {
  const scopes = ["sell", "redeem", "members", "read", "adjust"];
  const keys = [{ name: "Bench", mode: "live", scopes }];
  const description = {
    ...KOFFIE_EN_ZO,
    program: FULL_PROGRAM,
    locations: [{ name: "Bench", tills: [{ name: "Kassa 1", keys }] }],
  };
  const answer = await client.post("/dev/demo", {}, JSON.stringify(description));
  if (answer.status !== 201) throw new Problem(`The bench's merchant was refused: ${answer.text}`);
  const key = madeShop.parse(JSON.parse(answer.text)).locations[0]?.tills[0]?.keys[0]?.secret;
  if (key === undefined) throw new Problem("The bench's merchant has no key.");
  return { key };
}

export async function addMember(client: HttpClient, shop: Shop, profile: object = {}): Promise<Member> {
  const { member, card_token } = madeMember.parse(await call(client, shop, "/v1/members", profile));
  return { id: member.id, card: card_token };
}

/** Members one after the other would take long; all at once would measure nothing but a queue. */
export async function addMembers(client: HttpClient, shop: Shop, count: number): Promise<Member[]> {
  const members: Member[] = [];
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      members.push(await addMember(client, shop));
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return members;
}

/** Two coffees and a cake: earns points and stamps, so it makes two entries. */
export function saleBody(member: object, extra: object = {}): string {
  receipts += 1;
  return JSON.stringify({
    receipt: `${RUN}-${receipts}`,
    member,
    total: { amount: 1230, currency: "EUR" },
    lines: [
      { sku: "FLAT-WHITE", quantity: "2", amount: 780 },
      { sku: "APPELTAART", quantity: "1", amount: 450 },
    ],
    tender: [{ kind: "card", amount: 1230 }],
    ...extra,
  });
}

export function headersOf(shop: Shop): Record<string, string> {
  return { authorization: `Bearer ${shop.key}`, "idempotency-key": `${RUN}-${receipts}-${randomUUID()}` };
}

/** A write that must succeed; answers its JSON. */
export async function call(client: HttpClient, shop: Shop, path: string, body: object | string): Promise<unknown> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await client.post(path, headersOf(shop), text);
  if (answer.status >= 300) throw new Problem(`${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  return JSON.parse(answer.text);
}

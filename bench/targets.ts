import { Problem } from "../scripts/start/problem.ts";
import { HttpClient } from "./http-client.ts";
import type { Target } from "./load.ts";
import { headersOf, saleBody, type Shop } from "./shop.ts";

export interface Server {
  readonly name: string;
  readonly url: string;
  readonly pids: () => readonly number[] | null;
}

export const CLIENTS_MAX = 16;

/** A server that gets sales for these cards in turn. Every server gets the same body and headers, whatever it makes of them. */
export function saleTarget(server: Server, shop: Shop, cards: readonly string[], name = server.name): Target {
  const client = new HttpClient(server.url, CLIENTS_MAX);
  let turn = 0;
  return {
    name,
    pids: server.pids,
    rest: () => client.close(),
    send: async () => {
      const card = cards[turn % cards.length] ?? "";
      turn += 1;
      const body = saleBody({ card });
      const answer = await client.post("/v1/sales", headersOf(shop), body);
      if (answer.status !== 201) throw new Problem(`${name} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    },
  };
}

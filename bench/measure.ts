import { compare, type Load, type Target, warmUp } from "./load.ts";
import type { BenchSize } from "./options.ts";
import type { Measured } from "./report.ts";
import type { Member, Shop } from "./shop.ts";
import { CLIENTS_MAX, saleTarget, type Server } from "./targets.ts";

export const STEMPEL = "Stempel";
export const BARE = "bare";
/** The same ledger: our own API and rules on Node, with accounts in PostgreSQL. */
export const POSTGRES = "Hono + PostgreSQL";
/** Answers commits before they are on disk, which neither PostgreSQL by default nor the local runtime does. */
export const POSTGRES_ASYNC = "Hono + PostgreSQL, asynchronous commit";
/** No rules, no validation, no chain, no explanation: adds up points and stamps. */
export const POSTGRES_THIN = "thin Hono + PostgreSQL";
export const LONG = "long account";
export const SHORT = "short account";

/** The servers, all running at once; one at a time has work. */
export interface Servers {
  readonly stempel: Server;
  readonly bare: Server;
  /** Empty without PostgreSQL. */
  readonly peers: readonly Server[];
}

export interface Accounts {
  readonly hot: Member;
  readonly many: readonly Member[];
  readonly long: Member;
  readonly short: Member;
}

export interface Figures {
  readonly alone: Measured;
  readonly together: Measured;
  readonly spread: Measured;
  readonly spreadTogether: Measured;
  readonly length: Measured;
}

/** Takes all times. Says what it is at, because it takes minutes. */
export async function takeFigures(
  servers: Servers,
  shop: Shop,
  accounts: Accounts,
  size: BenchSize,
  longEntries: number,
): Promise<Figures> {
  const { stempel, bare, peers } = servers;
  const hot = [accounts.hot.card];
  const many = accounts.many.map(({ card }) => card);
  const every = (cards: readonly string[]) =>
    [stempel, bare, ...peers].map((server) => saleTarget(server, shop, cards));
  const alone = { clients: 1, sales: size.alone, rounds: size.rounds, warmup: size.alone };
  const together = { clients: CLIENTS_MAX, sales: size.together, rounds: size.rounds, warmup: size.together };
  const warmAll = { warmup: many.length };
  console.log("… warming up");
  await warmUp(every(hot), { clients: CLIENTS_MAX, sales: size.warm });
  const spreadText = `${many.length.toLocaleString("en")} accounts`;
  return {
    alone: await measure("1 client, one account", every(hot), alone),
    together: await measure(`${CLIENTS_MAX} clients, one account`, every(hot), together),
    spread: await measure(`1 client, ${spreadText}`, every(many), { ...alone, ...warmAll }),
    spreadTogether: await measure(`${CLIENTS_MAX} clients, ${spreadText}`, every(many), { ...together, ...warmAll }),
    length: await measure(
      `1 client, an account with ${longEntries.toLocaleString("en")} entries and one with few`,
      [saleTarget(stempel, shop, [accounts.long.card], LONG), saleTarget(stempel, shop, [accounts.short.card], SHORT)],
      alone,
    ),
  };
}

async function measure(title: string, targets: readonly Target[], load: Load): Promise<Measured> {
  console.log(`… ${title}`);
  return { title, rounds: await compare(targets, load) };
}

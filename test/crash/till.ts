import { randomUUID } from "node:crypto";
import { addMembers, openShop, type Member, type Shop } from "../../bench/shop.ts";
import { HttpClient } from "../../bench/http-client.ts";

/** A write as it was sent; its key says whether it was booked. */
export interface Write {
  readonly key: string;
  readonly path: string;
  readonly body: string;
}

/** What came of the writes: those the platform said yes to with what it said, and those nobody knows of. */
export class Tills {
  readonly acked = new Map<string, { readonly write: Write; readonly answer: string }>();
  readonly unknown = new Map<string, Write>();
  replayed = 0;
  readonly #http: HttpClient;
  readonly #shop: Shop;
  readonly #members: readonly Member[];

  private constructor(http: HttpClient, shop: Shop, members: readonly Member[]) {
    this.#http = http;
    this.#shop = shop;
    this.#members = members;
  }

  static async open(url: string, clients: number, members: number): Promise<Tills> {
    const http = new HttpClient(url, clients);
    const shop = await openShop(http);
    return new Tills(http, shop, await addMembers(http, shop, members));
  }

  /** Clients that write one thing after another until it is over. */
  async writeUntil(over: AbortSignal, clients: number): Promise<void> {
    const client = async () => {
      while (!over.aborted) {
        const write = this.#next();
        if (!(await this.send(write))) return;
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  /** Whether the write was answered at all. */
  async send(write: Write): Promise<boolean> {
    const headers = { authorization: `Bearer ${this.#shop.key}`, "idempotency-key": write.key };
    try {
      const answer = await this.#http.post(write.path, headers, write.body);
      if (answer.status === 201) {
        this.acked.set(write.key, { write, answer: answer.text });
        this.unknown.delete(write.key);
        return true;
      }
      if (answer.status < 500) throw new Refused(`${write.path} answered ${answer.status}: ${answer.text}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    this.unknown.set(write.key, write);
    return false;
  }

  /** After a crash: everything unknown is sent again under its key, and some of what was acknowledged is asked for again. */
  async askAgain(some: number): Promise<string[]> {
    for (const write of this.unknown.values()) {
      if (await this.send(write)) this.replayed += 1;
    }
    const wrong: string[] = [];
    for (const [key, { write, answer }] of [...this.acked].slice(-some)) {
      if (!(await this.send(write))) wrong.push(`${key}: no answer`);
      else if (this.acked.get(key)?.answer !== answer) wrong.push(`${key}: another answer than before`);
    }
    return wrong;
  }

  /** One more sale for everybody. */
  async touchAll(): Promise<void> {
    for (const { id } of this.#members) await this.send(this.#sale(id));
  }

  #next(): Write {
    const member = this.#members[Math.floor(Math.random() * this.#members.length)]?.id ?? "";
    return Math.random() < 0.8 ? this.#sale(member) : this.#gift(member);
  }

  #sale(member: string): Write {
    const key = randomUUID();
    const total = { amount: 100 + Math.floor(Math.random() * 2000), currency: "EUR" };
    return { key, path: "/v1/sales", body: JSON.stringify({ receipt: key, member: { id: member }, total }) };
  }

  #gift(member: string): Write {
    const body = { member: { id: member }, unit: "points", delta: 1, reason: "crash" };
    return { key: randomUUID(), path: "/v1/adjustments", body: JSON.stringify(body) };
  }
}

class Refused extends Error {}

import { createHash } from "node:crypto";
import type { Command, ReturnCommand } from "../../src/domain/ledger/command.ts";
import type { ReturnRequest } from "../../src/domain/ledger/booking.ts";
import type { ProgramDocument } from "../../src/domain/program/document.ts";
import { parseProgramDocument } from "../../src/domain/program/document.ts";
import type { CommandAnswer, ProgramPayload } from "../../src/durable/member-account/protocol.ts";
import type { Parcel } from "../../src/durable/member-account/estate.ts";
import type { Back } from "./arbitraries.ts";
import { rebase, search } from "./edge.ts";
import { Auditor } from "./auditor.ts";
import { ReferenceLedger } from "./reference/ledger.ts";
import type { Message, Side } from "./side.ts";

/** A Tuesday at noon in Amsterdam, some days before a yearly date. */
export const START_MS = Date.UTC(2026, 5, 16, 10, 0, 0);
export const MEMBERS = 3;

/** A request as a till sent it, for sending it again. */
export interface Sent {
  readonly account: string;
  readonly command: Command;
  readonly idem: string;
  readonly till: string;
  readonly version: number;
  readonly opens: boolean;
}

export interface Sending {
  readonly parcel: Parcel;
  readonly from: string;
  confirmed: boolean;
}

/** What the tills of a merchant know, with the reference ledger beside it. One world per sequence. */
export class World {
  readonly reference: ReferenceLedger;
  readonly auditor: Auditor;
  readonly programs: { readonly payload: ProgramPayload; readonly document: ProgramDocument }[] = [];
  readonly members: string[];
  readonly receipts: string[] = [];
  readonly sales: { readonly account: string; readonly seq: number }[] = [];
  readonly holds: { readonly account: string; readonly seq: number }[] = [];
  readonly sent: Sent[] = [];
  readonly parcels: Sending[] = [];
  readonly #newId: (kind: "member" | "receipt") => string;
  /** Steps taken so far. */
  steps = 0;
  #count = 0;

  constructor(zone: string, program: string, newId: (kind: "member" | "receipt") => string) {
    this.reference = new ReferenceLedger(START_MS, zone);
    this.auditor = new Auditor();
    this.#newId = newId;
    this.members = Array.from({ length: MEMBERS }, () => newId("member"));
    this.publish(program);
  }

  async begin(side: Side): Promise<void> {
    side.setNow(START_MS);
    for (const member of this.members) {
      await side.open(member);
      this.reference.open(member, false);
    }
  }

  publish(json: string): void {
    const parsed = parseProgramDocument(JSON.parse(json));
    if (!parsed.ok) throw new Error(`the model made a programme that is none: ${JSON.stringify(parsed.error)}`);
    const version = this.programs.length + 1;
    this.programs.push({ payload: { version, hash: sha256(json), json }, document: parsed.value });
  }

  get accounts(): string[] {
    return [...this.members, ...this.receipts];
  }

  /** The newest programme that counts from now on, or an older one. */
  program(version = this.programs.length) {
    const program = this.programs[version - 1];
    if (program === undefined) throw new Error(`no programme ${version}`);
    return program;
  }

  newReceipt(): string {
    const account = this.#newId("receipt");
    this.receipts.push(account);
    this.reference.open(account, true);
    return account;
  }

  number(): number {
    this.#count += 1;
    return this.#count;
  }

  /** The account that a member's card leads to by now; null when it was erased. */
  living(place: number): string | null {
    return this.reference.ownerOf(this.members[place % this.members.length] ?? "")?.id ?? null;
  }
}

/** What a till hears: the account's answer, or a refusal by the edge itself. */
export type Heard = CommandAnswer | { readonly ok: false; readonly replayed: false; readonly edge: string };

/** The request as it was made, for an account that carries on for the one that was named. */
function formerly({ account, command }: Sent, passed: readonly string[]): Partial<Message> {
  const card_no = command.type === "issue_card" ? command.replaces : "card_no" in command ? command.card_no : null;
  return {
    former_hash: sha256(JSON.stringify([account, command])),
    passed_hashes: passed.map((one) => sha256(JSON.stringify([one, command]))),
    ...(card_no === null ? {} : { shown: { account, card_no } }),
  };
}

/** A request, carried as the edge carries it: on to where the member has moved, and again with rules that were lacking. */
export async function carry(world: World, side: Side, sent: Sent, preview: boolean): Promise<Heard> {
  let { account, command } = sent;
  let versions = [sent.version];
  const passed: string[] = [];
  for (let hop = 0; hop < 12; hop += 1) {
    const [first = world.program().payload, ...others] = versions.map((version) => world.program(version).payload);
    const message: Message = {
      command,
      by: { kind: "till", till: sent.till, location: "loc_1", key: "key_1" },
      till: sent.till,
      idem: preview ? null : `${sent.till}:${sent.idem}`,
      request_hash: sha256(JSON.stringify([account, sent.command])),
      note: null,
      programs: [first, ...others],
      preview,
      opens: sent.opens,
      ...(account === sent.account ? {} : formerly(sent, passed)),
    };
    const answer = await side.run(account, message);
    if (answer.ok) return answer;
    if (answer.refusal.code === "need_program") versions = [...versions, answer.refusal.version];
    else if (answer.refusal.code === "account_moved") {
      if (account !== sent.account) passed.push(account);
      const rebased = await rebase(side, command, account, answer.refusal.to);
      if ("refused" in rebased) return { ok: false, replayed: false, edge: rebased.refused };
      ({ command, account } = rebased);
    } else if (answer.refusal.code === "need_sale") {
      ({ command, account } = await search(side, command, account, answer.refusal.accounts));
    } else return answer;
  }
  throw new Error("a request that goes round and round");
}

export function refundOf(
  sale: Exclude<ReturnCommand["sale"], { origin: string }>,
  back: Back,
  id: string,
): ReturnCommand {
  const nothing: ReturnRequest = { return_id: id, lines: null, total: null };
  if (back === "all") return { type: "return", sale, request: nothing };
  const request = typeof back === "number" ? { ...nothing, total: back } : { ...nothing, lines: back };
  return { type: "return", sale, request };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function pick<Value>(values: readonly Value[], place: number): Value | null {
  return values.length === 0 ? null : (values[place % values.length] ?? null);
}

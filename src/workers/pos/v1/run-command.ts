import type { BookingNote } from "../../../domain/ledger/booking.ts";
import type { Command } from "../../../domain/ledger/command.ts";
import type { BookingRef } from "../../../domain/tenancy/ids.ts";
import type { AccountClient } from "../../../durable/member-account/client.ts";
import type { Answer, BookingStory, BookingView, ProgramPayloads } from "../../../durable/member-account/protocol.ts";
import { followMoved, HOPS_MAX } from "../../../durable/member-account/follow-moved.ts";
import { ProblemError } from "../../http/problem.ts";
import { refusalProblem } from "../../http/refusal-problem.ts";
import { sha256Hex } from "../../services/sha256.ts";
import { idemOf, type PosDesk } from "./desk.ts";
import { freeClaim } from "./free-claim.ts";
import { rebase, searchSale } from "./moved.ts";
import type { NamedAccount } from "./resolve-member.ts";

/** A command as a till sent it. */
export interface TillCommand {
  readonly command: Command;
  /** The validated body without the member; with the account it is what the key stands for. */
  readonly body: unknown;
  /** Name of the call: one key may not serve two calls. */
  readonly operation: string;
  /** The Idempotency-Key; null for a preview. */
  readonly key: string | null;
  readonly staff: string | undefined;
  readonly note: Omit<BookingNote, "salt"> | null;
  /** When it counts, for the choice of the programme. */
  readonly at_ms: number;
  readonly preview?: boolean;
  /** The account comes into being with this command. */
  readonly opens?: boolean;
  /** A sale of nobody: the account of the receipt's next one, where the one before was collected. */
  readonly anew?: (time: number) => string;
}

export interface Carried {
  /** The account that carried it out: after a merge not the one that was named. */
  readonly account: string;
  readonly replayed: boolean;
  readonly view: BookingView;
}

/**
 * Sends a command to the member's account: one call, or a few when the member has moved or the account lacks old rules.
 *
 * @throws ProblemError for every refusal of the ledger
 */
export async function runCommand(desk: PosDesk, named: NamedAccount, till: TillCommand): Promise<Carried> {
  let { account } = named;
  let { command } = till;
  let programs = await desk.programsAt(till.at_ms);
  const asNamed = { account, command };
  const passed: string[] = [];
  let time = 1;
  // A turn for each account that has moved, for rules that it lacks, and for a sale to be looked for.
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const answer = await desk
      .account(account)
      .run(message(desk, { ...till, command }, { account, asNamed, passed }, programs));
    if (answer.ok) return { account, replayed: answer.replayed, view: answer.view };
    const { refusal } = answer;
    if (refusal.code === "account_moved") {
      command = await rebase(desk, command, account);
      if (account !== asNamed.account) passed.push(account);
      account = till.anew?.((time += 1)) ?? refusal.to;
    } else if (refusal.code === "need_sale") {
      ({ command, account } = await searchSale(desk, { command, account }, refusal.accounts));
    } else if (refusal.code === "hold_claimed") {
      const unclaimed = await freeClaim(desk, account, refusal, till.preview ?? false);
      if (command.type === "sale") command = { ...command, ...unclaimed };
    } else if (refusal.code === "need_program") programs = await withProgram(desk, programs, refusal.version);
    else throw refusalProblem(refusal, desk, answer.replayed);
  }
  throw new ProblemError("unavailable", { retryAfterSeconds: 1 });
}

/**
 * Reads a booking by its id. It stays in the ledger it was written in, also when that account went up in another; `owner` is
 * the account that carries on.
 */
export async function readBooking(
  desk: PosDesk,
  { account, seq }: BookingRef,
): Promise<{ readonly owner: string; readonly story: BookingStory | null }> {
  const answer = await desk.account(account).booking(seq);
  if (!answer.ok) throw refusalProblem(answer.refusal, desk, false);
  return answer.value;
}

/** Reads from the account that a member's id means today. */
export async function readAccount<Value>(
  desk: PosDesk,
  account: string,
  read: (client: AccountClient) => Promise<Answer<Value>>,
): Promise<{ readonly account: string; readonly value: Value }> {
  const found = await followMoved(account, (current) => read(desk.account(current)));
  if (found === null) throw new ProblemError("unavailable", { retryAfterSeconds: 1 });
  const { answer } = found;
  if (!answer.ok) throw refusalProblem(answer.refusal, desk, false);
  return { account: found.account, value: answer.value };
}

export async function withProgram(desk: PosDesk, programs: ProgramPayloads, version: number): Promise<ProgramPayloads> {
  const text = await desk.programVersion(version);
  if (text === null) throw new ProblemError("unavailable", { retryAfterSeconds: 5 });
  return [...programs, text];
}

/** The account and the command as the till named them. */
interface Named {
  readonly account: string;
  readonly command: Command;
}

/** How a request has come to an account. */
interface Journey {
  readonly account: string;
  readonly asNamed: Named;
  /** Accounts on the way, after the named one, that had moved too. */
  readonly passed: readonly string[];
}

/** What an account that carries on for another is told of the request as it was made. */
function formerly(till: TillCommand, { account, command }: Named, passed: readonly string[]) {
  const card_no = command.type === "issue_card" ? command.replaces : "card_no" in command ? command.card_no : null;
  return {
    former_hash: requestHash(till.operation, account, till.body),
    passed_hashes: passed.map((one) => requestHash(till.operation, one, till.body)),
    ...(card_no === null ? {} : { shown: { account, card_no } }),
  };
}

function message(
  desk: PosDesk,
  till: TillCommand,
  { account, asNamed, passed }: Journey,
  programs: ProgramPayloads,
): Parameters<AccountClient["run"]>[0] {
  const { till: facts, location, key } = desk.parts;
  const by = { kind: "till", till: facts.id, location: location.id, key: key.id } as const;
  return {
    command: till.command,
    by: till.staff === undefined ? by : { ...by, staff: till.staff },
    till: facts.id,
    idem: till.key === null ? null : idemOf(desk, till.key),
    request_hash: requestHash(till.operation, account, till.body),
    ...(account === asNamed.account ? {} : formerly(till, asNamed, passed)),
    note: till.note,
    programs,
    preview: till.preview ?? false,
    opens: till.opens ?? false,
  };
}

/** Covers the call, the account it resolved to and the body, so that naming the member in another way is the same request. */
export function requestHash(operation: string, account: string, body: unknown): string {
  return sha256Hex(JSON.stringify([operation, account, body]));
}

import { Buffer } from "node:buffer";
import type { LedgerRow } from "../../scripts/verify/check-ledger.ts";
import type { Parcel } from "../../src/durable/member-account/estate.ts";
import type { CommandAnswer, CommandMessage, ProgramPayload } from "../../src/durable/member-account/protocol.ts";
import { NodeSide } from "../model/sides/node-side.ts";

interface StoredRow {
  readonly seq: number;
  readonly idem: string | null;
  readonly nat: string | null;
  readonly body: string;
  readonly hash_hex: string;
  readonly note: string | null;
  readonly checkpoint: string | null;
}

interface Common {
  readonly account: string;
  readonly now_ms: number;
}

/** A call as it was recorded. Programmes stand beside the calls, by version. */
export type Call =
  | (Common & {
      readonly method: "run";
      readonly message: Omit<CommandMessage, "programs"> & { readonly programs: readonly number[] };
      readonly answer: CommandAnswer;
    })
  | (Common & {
      readonly method: "handOver";
      readonly message: { readonly receiver: string };
      readonly answer: { readonly ok: boolean };
    })
  | (Common & {
      readonly method: "receive";
      readonly message: Parcel & { readonly from: string };
      readonly answer: { readonly ok: boolean };
    })
  | (Common & {
      readonly method: "confirmDelivery";
      readonly message: { readonly delivered: number };
      readonly answer: { readonly ok: boolean };
    });

interface Recording {
  readonly objects: Readonly<Record<string, string>>;
  readonly opened_ms: number;
  readonly programs: Readonly<Record<string, ProgramPayload>>;
  readonly calls: readonly Call[];
  readonly ledgers: Readonly<Record<string, readonly StoredRow[]>>;
  /** What the old release projected of each row; recordings from before lack it. */
  readonly projections?: Readonly<Record<string, readonly unknown[]>>;
}

/** Recorded traffic and the ledgers it left, on today's account code. */
export class Recorded {
  readonly #recording: Recording;
  readonly #side = new NodeSide();

  constructor(text: string) {
    this.#recording = JSON.parse(text);
  }

  get calls(): readonly Call[] {
    return this.#recording.calls;
  }

  get last_ms(): number {
    return this.calls.at(-1)?.now_ms ?? this.#recording.opened_ms;
  }

  /** New accounts with nothing in them. */
  openAll(): void {
    this.#side.setNow(this.#recording.opened_ms);
    for (const name of Object.keys(this.#recording.objects)) this.#side.open(this.#id(name));
  }

  /** Accounts with the rows that the old release stored. */
  fillAll(): void {
    this.openAll();
    for (const [name, rows] of Object.entries(this.#recording.ledgers)) {
      this.#side.replaceRows(
        this.#id(name),
        rows.map(({ hash_hex, ...row }) => ({ ...row, hash: bytes(hash_hex) })),
      );
    }
  }

  /** The ledgers as recorded. */
  ledgers(): { readonly object: string; readonly rows: LedgerRow[] }[] {
    return Object.entries(this.#recording.ledgers).map(([name, rows]) => ({
      object: this.#recording.objects[name] ?? "",
      rows: rows.map(({ seq, body, hash_hex, note, checkpoint }) => ({
        seq,
        body,
        hash: bytes(hash_hex),
        note,
        checkpoint,
      })),
    }));
  }

  /** What the old release projected, ledger by ledger; null when that was not recorded. */
  projections(): readonly (readonly unknown[])[] | null {
    const { projections, ledgers } = this.#recording;
    return projections === undefined ? null : Object.keys(ledgers).map((name) => projections[name] ?? []);
  }

  /** The ledgers as they stand now. */
  stored(): { readonly object: string; readonly rows: LedgerRow[] }[] {
    return Object.entries(this.#recording.objects).map(([name, object]) => ({
      object,
      rows: this.#side.rows(this.#id(name)),
    }));
  }

  rowCounts(): number[] {
    return this.stored().map(({ rows }) => rows.length);
  }

  make(call: Call): { readonly ok: boolean } {
    const account = this.#id(call.account);
    this.#side.setNow(call.now_ms);
    switch (call.method) {
      case "run":
        return this.#side.run(account, { ...call.message, programs: this.#programs(call.message.programs) });
      case "handOver":
        return this.#side.handOver(account, call.message.receiver);
      case "receive":
        return this.#side.receive(account, call.message.from, call.message);
      case "confirmDelivery":
        return this.#side.confirm(account, call.message.delivered, false);
    }
  }

  /** The first recorded sale again, as a new one. */
  newSale(receipt: string): { readonly ok: boolean } {
    const call = this.calls.find((one) => one.method === "run" && one.message.command.type === "sale");
    if (call?.method !== "run" || call.message.command.type !== "sale") throw new Error("no sale was recorded");
    const command = { ...call.message.command, receipt };
    return this.make({
      ...call,
      now_ms: this.last_ms,
      message: { ...call.message, idem: `til_1:${receipt}`, command },
    });
  }

  #programs(versions: readonly number[]): [ProgramPayload, ...ProgramPayload[]] {
    const [first, ...others] = versions.flatMap((version) => this.#recording.programs[String(version)] ?? []);
    if (first === undefined) throw new Error("a message without a programme");
    return [first, ...others];
  }

  #id(name: string): string {
    return this.#recording.objects[name]?.split(":").at(-1) ?? "";
  }
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** Where an answer does not say any more what it said then. More may stand beside it. */
export function unsaid(now: unknown, then: unknown, path = "answer"): string[] {
  if (typeof then !== "object" || then === null) return Object.is(now, then) ? [] : [path];
  if (typeof now !== "object" || now === null) return [path];
  const found = new Map<string, unknown>(Object.entries(now));
  const isShorter = Array.isArray(then) && found.size !== then.length;
  return [
    ...(isShorter ? [path] : []),
    ...Object.entries(then).flatMap(([key, value]: [string, unknown]) =>
      unsaid(found.get(key), value, `${path}.${key}`),
    ),
  ];
}

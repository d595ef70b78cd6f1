import { z } from "zod";

// What accounts of earlier releases answered, as recorded; the same recordings that their messages are played back from.
const FIXTURES = import.meta.glob("../../rolling/fixtures/*.json", { query: "?raw", import: "default", eager: true });

/** Operations whose answer is the account's answer to one call, by the command that they send. */
const OPERATION_OF: Readonly<Record<string, string>> = {
  sale: "createSale",
  hold: "createRedemption",
  return: "createReturn",
  adjustment: "createAdjustment",
};

const recording = z.object({
  calls: z.array(
    z.object({
      method: z.string(),
      message: z.looseObject({ command: z.looseObject({ type: z.string() }).optional() }),
      answer: z.looseObject({ ok: z.boolean() }),
    }),
  ),
});

export interface OldAnswer {
  readonly fixture: string;
  readonly operation: string;
  readonly answer: Readonly<Record<string, unknown>> & { readonly ok: boolean };
}

/** Every recorded answer that one operation of today's Worker tells by itself. */
export function oldAnswers(): OldAnswer[] {
  return Object.entries(FIXTURES).flatMap(([path, text]) =>
    recording.parse(JSON.parse(z.string().parse(text))).calls.flatMap(({ method, message, answer }) => {
      const operation = OPERATION_OF[message.command?.type ?? ""];
      const fixture = path.split("/").at(-1) ?? path;
      return method !== "run" || operation === undefined ? [] : [{ fixture, operation, answer }];
    }),
  );
}

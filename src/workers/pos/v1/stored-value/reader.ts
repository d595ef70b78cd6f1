import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import { InsightsClient } from "../../../../durable/merchant-insights/client.ts";
import type { StoredValueReader } from "../../../insights/stored-value.ts";
import { ProblemError } from "../../../http/problem.ts";
import type { PosDesk } from "../desk.ts";

/**
 * What a till reads of stored value, as its merchant's.
 *
 * @throws ProblemError `program_missing` when nothing is published
 */
export async function storedValueReader(desk: PosDesk): Promise<StoredValueReader> {
  const program = await desk.programAt(desk.now_ms);
  if (!program.ok) throw new ProblemError(program.error);
  const { parts, tenant, locale, now_ms } = desk;
  const insights = new InsightsClient(parts.env.MERCHANT_INSIGHTS, tenant);
  return { insights, program: compiledProgram(program.value), locale, now_ms };
}

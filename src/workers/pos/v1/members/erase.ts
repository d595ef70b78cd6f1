import { createRoute } from "@hono/zod-openapi";
import { ProblemError } from "../../../http/problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import type { PosDesk } from "../desk.ts";
import { problems, WRITES } from "../openapi.ts";
import { runCommand } from "../run-command.ts";
import { accountsOfPerson } from "./absorbed-accounts.ts";
import { registryProblem } from "./registry-problem.ts";
import { accountOf, memberParams } from "./retrieve.ts";

const route = createRoute({
  method: "delete",
  path: "/v1/members/{id}",
  operationId: "eraseMember",
  tags: ["Members"],
  summary: "Erase a member",
  description:
    "Destroys what is known of the person, and the key to it. The ledger's sums stay, without a name. It cannot be undone; backups forget after 30 days. Scope: members.",
  request: { params: memberParams },
  responses: {
    204: { description: "The member is erased." },
    ...problems({ key: true, program: true }, ["member_unknown", "member_erased"]),
  },
  ...WRITES,
});

export function eraseMember(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    const account = accountOf(desk, c.req.valid("param").id);
    const carried = await runCommand(
      desk,
      { account, card_no: null },
      {
        command: { type: "erase" },
        body: null,
        operation: "member.erase",
        key: idempotencyKey(c),
        staff: undefined,
        note: null,
        at_ms: desk.now_ms,
      },
    ).catch(async (error: unknown) => {
      // Erased under another key before, and perhaps only half: what is known of the person must go all the same.
      if (error instanceof ProblemError && error.code === "member_erased") await forgetPerson(desk, account);
      throw error;
    });
    // The account first: its tombstone remembers the key, so a retry after a crash here comes by again and finishes.
    await forgetPerson(desk, carried.account);
    if (carried.replayed) c.header("idempotency-replayed", "true");
    return c.body(null, 204);
  });
}

async function forgetPerson(desk: PosDesk, account: string): Promise<void> {
  const [, ...absorbed] = await accountsOfPerson(desk, account);
  for (const from of absorbed) await desk.account(from).forgetNotes();
  const erased = await desk.registry().eraseMember({ account, now_ms: Date.now() });
  if (!erased.ok && erased.error.code !== "erased") throw registryProblem(erased.error);
}

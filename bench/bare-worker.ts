import { DurableObject } from "cloudflare:workers";

interface BareEnv {
  readonly ONE_ROW: DurableObjectNamespace<OneRow>;
}

/** Writes what it is given as one row, with no key, no rule and no balance. */
export class OneRow extends DurableObject {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS sale (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
  }

  async write(body: unknown): Promise<number> {
    const text = JSON.stringify(body);
    return this.ctx.storage.sql.exec<{ seq: number }>("INSERT INTO sale (body) VALUES (?) RETURNING seq", text).one()
      .seq;
  }
}

/** Takes the body of a sale and has the member's object write it. */
export default {
  async fetch(request, env) {
    const body = await request.json<{ member: { card: string } }>();
    const seq = await env.ONE_ROW.getByName(body.member.card).write(body);
    return Response.json({ seq }, { status: 201 });
  },
} satisfies ExportedHandler<BareEnv>;

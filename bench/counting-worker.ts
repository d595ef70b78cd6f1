import product, {
  MemberAccount as Account,
  MerchantGuard as Guard,
  MerchantInsights as Insights,
  MerchantRegistry as Registry,
} from "../src/workers/main.ts";
import type { CommandAnswer, CommandMessage } from "../src/durable/member-account/protocol.ts";
import { countCalls, meteredDatabase, meteredQueue, meteredState, takeCounts } from "./meter.ts";

// The product's Worker with a meter around its bindings and objects. The bench counts with this build and takes times with
// the product's own, on the same data: the classes have the product's names.

export class MemberAccount extends Account {
  static {
    countCalls(this, Account, "MemberAccount");
  }

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(meteredState(ctx, "MemberAccount"), env);
  }

  /** A sale whose metadata say `bench_repeat` is booked that often, each time under another receipt and key. */
  override async run(message: CommandMessage): Promise<CommandAnswer> {
    const times = Number(message.note?.metadata?.["bench_repeat"] ?? 0);
    const plain: CommandMessage = times === 0 ? message : { ...message, note: null };
    for (let copy = 1; copy < times; copy += 1) await super.run(repeated(plain, copy));
    return super.run(plain);
  }
}

export class MerchantRegistry extends Registry {
  static {
    countCalls(this, Registry, "MerchantRegistry");
  }

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(meteredState(ctx, "MerchantRegistry"), env);
  }
}

export class MerchantInsights extends Insights {
  static {
    countCalls(this, Insights, "MerchantInsights");
  }

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(meteredState(ctx, "MerchantInsights"), env);
  }
}

export class MerchantGuard extends Guard {
  static {
    countCalls(this, Guard, "MerchantGuard");
  }

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(meteredState(ctx, "MerchantGuard"), env);
  }
}

function repeated(message: CommandMessage, copy: number): CommandMessage {
  const { command } = message;
  if (command.type !== "sale") return message;
  return {
    ...message,
    idem: `${message.idem}-${copy}`,
    command: { ...command, receipt: `${command.receipt}-${copy}` },
  };
}

/** `POST /bench/counts` answers what was counted since it was last asked. */
export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/bench/counts") return Response.json(takeCounts());
    return product.fetch(request, { ...env, DB: meteredDatabase(env.DB), JOBS: meteredQueue(env.JOBS) }, ctx);
  },
} satisfies ExportedHandler<Env>;

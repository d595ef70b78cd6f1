import { openDatabase } from "../../db/database.ts";
import { jobDb } from "../../db/job-db.ts";
import { masterKeys } from "../../durable/shared/master-keys.ts";
import { chooseSender } from "../mail/senders/choose-sender.ts";
import type { JobPorts } from "./job.ts";

/** The outside world as handlers of queue messages see it. */
export function jobPorts(env: Env): JobPorts {
  return {
    now_ms: () => Date.now(),
    log: (event) => console.log(JSON.stringify(event)),
    jobs: jobDb(openDatabase(env.DB)),
    keys: () => masterKeys(env.STEMPEL_MASTER_KEYS),
    mailer: () => chooseSender(env),
    bury: async (body) => {
      await env.JOBS_DEAD.send(body);
    },
  };
}

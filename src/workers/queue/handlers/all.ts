import type { JobHandler } from "../job.ts";
import { mailHandler } from "./mail.ts";

/** Every message that can be handled: a file for each type, listed here. */
export const jobHandlers: readonly JobHandler[] = [mailHandler];

import { deliverMail } from "../../mail/deliver-mail.ts";
import { mailMessage } from "../../mail/mail-message.ts";
import { jobHandler } from "../job.ts";

/** Sends one mail. */
export const mailHandler = jobHandler({ type: "mail", v: 1, schema: mailMessage, run: deliverMail });

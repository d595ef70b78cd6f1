import type { MailContent } from "./mail.ts";

export type Template = MailContent["template"];

/** The facts of one template. */
export type DataOf<Name extends Template> = Extract<MailContent, { readonly template: Name }>["data"];

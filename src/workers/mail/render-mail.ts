import type { Mail } from "./mail.ts";
import { letterHtml } from "./letter-html.tsx";
import { letterText } from "./letter-text.ts";
import type { RenderedMail } from "./senders/sender.ts";
import { billingLetter } from "./templates/billing.ts";
import { cardLinkLetter } from "./templates/card-link.ts";
import { codeLetter } from "./templates/code.ts";
import { invitationLetter } from "./templates/invitation.ts";
import type { Letter } from "./templates/letter.ts";

/** Invisible marks that turn the direction of what follows: a name in a header must not reach beyond itself. */
const DIRECTION_MARKS = /[\u202A-\u202E\u2066-\u2069]/g;

/** A checked mail as text and HTML, in the receiver's language. */
export async function renderMail(mail: Mail): Promise<RenderedMail> {
  const letter = letterOf(mail);
  const { key, template, locale, to } = mail;
  return {
    key,
    template,
    locale,
    to,
    from_name: letter.from_name.replaceAll(DIRECTION_MARKS, ""),
    subject: letter.subject.replaceAll(DIRECTION_MARKS, ""),
    text: letterText(letter),
    html: await letterHtml(letter, locale),
  };
}

function letterOf(mail: Mail): Letter {
  switch (mail.template) {
    case "code":
      return codeLetter(mail.locale, mail.data);
    case "card_link":
      return cardLinkLetter(mail.locale, mail.data);
    case "billing":
      return billingLetter(mail.locale, mail.data);
    case "invitation":
      return invitationLetter(mail.locale, mail.data);
  }
}

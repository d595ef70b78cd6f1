import type { Locale } from "../../../domain/tenancy/config.ts";
import { CONSENT_PURPOSES, type FilledIn, HONEYPOT, type JoinProblem } from "../join/join-form.ts";
import type { MemberDesk } from "../member-desk.ts";
import { type JoinError, TEXTS, type Texts } from "../texts.ts";
import { LanguageSwitch, Shell } from "./shell.tsx";

export interface JoinPageProps {
  readonly desk: MemberDesk;
  readonly locale: Locale;
  readonly nonce: string | undefined;
  /** The programme in at most two sentences; none while there is no programme. */
  readonly sentences: readonly string[];
  /** Names this form, so that sending it twice makes one card. */
  readonly once: string;
  readonly filledIn: FilledIn;
  readonly problems: readonly JoinProblem[];
}

/** Where a customer takes a card: one tap, or with an address to find it again by. Needs no script. */
export function JoinPage({ desk, locale, nonce, sentences, once, filledIn, problems }: JoinPageProps) {
  const { merchant } = desk;
  const t = TEXTS[locale].join;
  const action = `/join/${merchant.locator}`;
  return (
    <Shell locale={locale} title={t.title(merchant.name)} color={merchant.color} nonce={nonce} page="join">
      <header class="hero">
        <div class="hero-top">
          <p class="merchant">{merchant.name}</p>
          <LanguageSwitch locale={locale} />
        </div>
        <h1>{t.title(merchant.name)}</h1>
        <div class="lead">
          {(sentences.length === 0 ? [t.noProgram] : sentences).map((sentence) => (
            <p>{sentence}</p>
          ))}
        </div>
        <form method="post" action={action} class="instant">
          <input type="hidden" name="once" value={once} />
          <Trap t={t} id="trap-instant" />
          <button class="button big" name="how" value="instant">
            {t.instant}
          </button>
        </form>
        <p class="under">{t.instantHint}</p>
        <p class="terms">{t.terms(merchant.name)}</p>
      </header>
      <main>
        <details class="panel" open={problems.length > 0}>
          <summary>
            <h2>{t.registered}</h2>
          </summary>
          <p class="note">{t.registeredHint}</p>
          <form method="post" action={action} novalidate>
            <input type="hidden" name="once" value={once} />
            <Trap t={t} id="trap-registered" />
            <Problems problems={problems} t={t} />
            <Fields filledIn={filledIn} problems={problems} t={t} />
            <Consents filledIn={filledIn} merchant={merchant.name} t={t} />
            <button class="button" name="how" value="registered">
              {t.submit}
            </button>
            <p class="terms">{t.terms(merchant.name)}</p>
          </form>
        </details>
      </main>
    </Shell>
  );
}

type JoinTexts = Texts["join"];

/** A field that people neither see nor reach. Programs that fill in everything do. */
function Trap({ t, id }: { readonly t: JoinTexts; readonly id: string }) {
  return (
    <div class="trap" aria-hidden="true">
      <label for={id}>{t.honeypot}</label>
      <input id={id} name={HONEYPOT} tabindex={-1} autocomplete="off" />
    </div>
  );
}

function Problems({ problems, t }: { readonly problems: readonly JoinProblem[]; readonly t: JoinTexts }) {
  if (problems.length === 0) return "";
  return (
    <div class="problems" role="alert" id="problems">
      <strong>{t.errorsTitle}</strong>
      <ul>
        {problems.map(({ field, code }) => (
          <li>
            <a href={`#${field}`}>{t.errors[code]}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface FieldsProps {
  readonly filledIn: FilledIn;
  readonly problems: readonly JoinProblem[];
  readonly t: JoinTexts;
}

function Fields({ filledIn, problems, t }: FieldsProps) {
  const errorOf = (field: string): JoinError | null =>
    problems.find((problem) => problem.field === field)?.code ?? null;
  return (
    <>
      <Field
        t={t}
        name="email"
        label={t.email}
        hint={t.emailHint}
        type="email"
        autocomplete="email"
        value={filledIn.email}
        error={errorOf("email")}
      />
      <Field
        t={t}
        name="phone"
        label={t.phone}
        hint={t.phoneHint}
        type="tel"
        autocomplete="tel"
        value={filledIn.phone}
        error={errorOf("phone")}
      />
      <Field
        t={t}
        name="name"
        label={t.name}
        hint={t.optional}
        type="text"
        autocomplete="given-name"
        value={filledIn.name}
        error={errorOf("name")}
      />
    </>
  );
}

interface FieldProps {
  readonly t: JoinTexts;
  readonly name: "name" | "email" | "phone";
  readonly label: string;
  readonly hint: string;
  readonly type: "text" | "email" | "tel";
  readonly autocomplete: string;
  readonly value: string;
  readonly error: JoinError | null;
}

function Field({ t, name, label, hint, type, autocomplete, value, error }: FieldProps) {
  const hintId = `${name}-hint`;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        autocomplete={autocomplete}
        value={value}
        maxlength={254}
        aria-describedby={hintId}
        aria-invalid={error === null ? undefined : "true"}
      />
      <p id={hintId} class={error === null ? "note" : "note wrong"}>
        {error === null ? hint : t.errors[error]}
      </p>
    </div>
  );
}

interface ConsentsProps {
  readonly filledIn: FilledIn;
  readonly merchant: string;
  readonly t: JoinTexts;
}

/** One box per purpose, none ticked for anybody. */
function Consents({ filledIn, merchant, t }: ConsentsProps) {
  return (
    <fieldset aria-describedby="consents-hint">
      <legend>{t.consents}</legend>
      {CONSENT_PURPOSES.map((purpose) => (
        <label class="check">
          <input
            type="checkbox"
            id={purpose}
            name={purpose}
            value="yes"
            checked={filledIn.consents.includes(purpose)}
          />
          <span>{t.consent[purpose](merchant)}</span>
        </label>
      ))}
      <p id="consents-hint" class="note">
        {t.consentsHint}
      </p>
    </fieldset>
  );
}

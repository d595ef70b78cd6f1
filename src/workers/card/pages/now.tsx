import type { BalanceView, CardView, NextReward, RewardLine, StampCardView } from "../card-view.ts";
import type { HistoryLine } from "../history.ts";
import { TEXTS, type Texts } from "../texts.ts";
import { Stamps } from "./stamps.tsx";

/** The part of a card page that changes with every booking. The page's script fetches it anew and puts it in place. */
export function Now({ view }: { readonly view: CardView }) {
  const t = TEXTS[view.locale].card;
  return (
    <div id="now" class="now" data-seq={view.seq} data-summary={view.summary}>
      {view.hasProgram && view.history.length === 0 ? <Beginning t={t} /> : ""}
      <div class="column">
        {view.hasProgram ? "" : <p class="panel">{t.noProgram}</p>}
        <Balances balances={view.balances} heading={t.balance} />
        {view.stampCards.map((card) => (
          <StampCard card={card} />
        ))}
        <Rewards view={view} t={t} />
      </div>
      {view.history.length === 0 ? (
        ""
      ) : (
        <div class="column">
          <History lines={view.history} t={t} />
        </div>
      )}
    </div>
  );
}

function Balances({ balances, heading }: { readonly balances: readonly BalanceView[]; readonly heading: string }) {
  if (balances.length === 0) return "";
  return (
    <section class="panel" aria-label={heading}>
      {balances.map(({ unit, name, available, notes }) => (
        <div class="balance">
          <p class="amount">
            <strong data-unit={unit}>{available}</strong> <span>{name}</span>
          </p>
          <Notes notes={notes} />
        </div>
      ))}
    </section>
  );
}

function Notes({ notes }: { readonly notes: readonly string[] }) {
  return (
    <>
      {notes.map((note) => (
        <p class="note">{note}</p>
      ))}
    </>
  );
}

function StampCard({ card }: { readonly card: StampCardView }) {
  return (
    <section class="panel" data-stamps={card.unit}>
      <h2>{card.name}</h2>
      <Stamps card={card} />
      <p class="hint">{card.hint}</p>
      <Notes notes={card.notes} />
    </section>
  );
}

interface RewardsProps {
  readonly view: CardView;
  readonly t: Texts["card"];
}

function Rewards({ view, t }: RewardsProps) {
  return (
    <>
      {view.ready.length === 0 ? "" : <Ready rewards={view.ready} t={t} />}
      {view.next.length === 0 ? "" : <Next rewards={view.next} t={t} />}
    </>
  );
}

function Ready({ rewards, t }: { readonly rewards: readonly RewardLine[]; readonly t: Texts["card"] }) {
  return (
    <section class="panel ready">
      <h2>{t.ready}</h2>
      <ul class="lines">
        {rewards.map(({ name, cost }) => (
          <li>
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
              <use href="#gift" />
            </svg>
            <span class="grow">{name}</span>
            <span class="soft">{cost}</span>
          </li>
        ))}
      </ul>
      <p class="note">{t.readyHow}</p>
    </section>
  );
}

function Next({ rewards, t }: { readonly rewards: readonly NextReward[]; readonly t: Texts["card"] }) {
  return (
    <section class="panel">
      <h2>{t.next}</h2>
      <ul class="lines">
        {rewards.map(({ name, missing, has, costs }) => (
          <li class="progressing">
            <span class="grow">{name}</span>
            <span class="soft">{missing}</span>
            <progress value={has} max={costs} aria-label={`${name}: ${missing}`}></progress>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What to do first, for who has just begun. */
function Beginning({ t }: { readonly t: Texts["card"] }) {
  return (
    <section class="panel beginning">
      <h2>{t.emptyTitle}</h2>
      <p>{t.empty}</p>
      <p class="note">{t.keep}</p>
    </section>
  );
}

function History({ lines, t }: { readonly lines: readonly HistoryLine[]; readonly t: Texts["card"] }) {
  return (
    <section class="panel">
      <h2>{t.history}</h2>
      <ol class="history">
        {lines.map(({ at, when, changes }) => (
          <li>
            <time datetime={at}>{when}</time>
            {changes.map(({ amount, gain, why }) => (
              <p>
                {amount === null ? "" : <strong class={gain ? "gain" : ""}>{amount}</strong>}
                <span>{why}</span>
              </p>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}

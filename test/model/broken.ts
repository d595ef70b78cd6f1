import { type ProgramDocument, parseProgramDocument } from "../../src/domain/program/document.ts";
import type { AccountState } from "../../src/domain/ledger/state.ts";
import type { Parcel } from "../../src/durable/member-account/estate.ts";
import type { ProgramPayload } from "../../src/durable/member-account/protocol.ts";
import type { Message } from "./side.ts";
import { NodeSide } from "./sides/node-side.ts";
import { sha256 } from "./world.ts";

// Deliberately broken builds of the ledger, a rule of every scheme among them: the model must tell each from the real one.

/** A build that decides by other rules than it was given. */
function bent(change: (document: ProgramDocument) => ProgramDocument): () => NodeSide {
  const texts = new Map<string, ProgramPayload>();
  const bend = (payload: ProgramPayload): ProgramPayload => {
    const known = texts.get(payload.json);
    if (known !== undefined) return { ...known, version: payload.version };
    const document: ProgramDocument = JSON.parse(payload.json);
    const json = JSON.stringify(change(document));
    // What is no programme would be caught without the model.
    if (!parseProgramDocument(JSON.parse(json)).ok) return payload;
    const other = { ...payload, json, hash: sha256(json) };
    texts.set(payload.json, other);
    return other;
  };
  return () =>
    new (class extends NodeSide {
      override run(account: string, message: Message) {
        const [first, ...others] = message.programs;
        return super.run(account, { ...message, programs: [bend(first), ...others.map(bend)] });
      }
    })();
}

/** A build that delivers something else than it was given, or more often. */
function delivering(change: (parcel: Parcel) => readonly Parcel[]): () => NodeSide {
  return () =>
    new (class extends NodeSide {
      override receive(account: string, from: string, parcel: Parcel) {
        const [first = parcel, ...others] = change(parcel);
        const answer = super.receive(account, from, first);
        for (const other of others) super.receive(account, from, other);
        return answer;
      }
    })();
}

/** What a broken build is called, the build, and what a programme's text must have for it to show. */
export const brokenBuilds: readonly (readonly [what: string, side: () => NodeSide, needs: string])[] = [
  [
    "a ledger that does not look at keys",
    () =>
      new (class extends NodeSide {
        #count = 0;
        override run(account: string, message: Message) {
          const idem = message.idem === null ? null : `${message.idem} ${(this.#count += 1)}`;
          return super.run(account, { ...message, idem });
        }
      })(),
    "",
  ],
  [
    "an object that forgets a booking when it is evicted",
    () =>
      new (class extends NodeSide {
        override evict(account: string): void {
          this.forgetNewest(account);
          super.evict(account);
        }
      })(),
    "",
  ],
  [
    "a state that loses fractions of points",
    () =>
      new (class extends NodeSide {
        override state(account: string): AccountState | null {
          const state = super.state(account);
          return state === null ? null : { ...state, remainders: {} };
        }
      })(),
    "",
  ],
  [
    "a clock that runs a minute late",
    () =>
      new (class extends NodeSide {
        override setNow(now_ms: number): void {
          super.setNow(now_ms - 60_000);
        }
      })(),
    "",
  ],
  [
    "promotions that ask for no minimum",
    bent((document) => ({
      ...document,
      promotions: document.promotions.map(({ minimum_spend: _minimum, ...rest }) => rest),
    })),
    '"prm_',
  ],
  [
    "a coupon that can be used a day too long",
    bent((document) => ({
      ...document,
      rewards: document.rewards.map((reward) =>
        reward.valid_for === undefined ? reward : { ...reward, valid_for: { days: 40 } },
      ),
    })),
    '"kind":"issue"',
  ],
  [
    "rewards that never come by themselves",
    bent((document) => ({ ...document, rewards: document.rewards.map((one) => ({ ...one, automatic: false })) })),
    '"automatic":true',
  ],
  [
    "a bonus of one percent too much on a top-up",
    bent((document) => ({
      ...document,
      ...(document.credit === undefined
        ? {}
        : {
            credit: {
              ...document.credit,
              top_up_bonus: document.credit.top_up_bonus.map((one) => ({ ...one, percent: one.percent + 1 })),
            },
          }),
    })),
    '"top_up_bonus":[{',
  ],
  [
    "a challenge that is reached one too late",
    bent((document) => ({
      ...document,
      challenges: document.challenges.map((one) => ({ ...one, goal: one.goal + 1 })),
    })),
    '"chl_',
  ],
  [
    "gifts that can be had too early",
    bent((document) => ({
      ...document,
      dated_gifts: document.dated_gifts.map((one) => ({ ...one, days_before: 9 })),
    })),
    '"gif_',
  ],
  [
    "a strip card with one strip too many",
    bent((document) => ({
      ...document,
      strip_cards: document.strip_cards.map((one) => ({ ...one, size: one.size + 1 })),
    })),
    '"stp_',
  ],
  [
    "rules that never wait",
    bent((document) => ({
      ...document,
      earning: document.earning.map(({ cooldown_minutes: _minutes, ...rule }) => rule),
      stamp_cards: document.stamp_cards.map((card) => ({
        ...card,
        earning: card.earning.map(({ cooldown_minutes: _minutes, ...rule }) => rule),
      })),
    })),
    '"cooldown_minutes":1440',
  ],
  [
    "a transfer that arrives twice",
    delivering((parcel) => (parcel.reason === "transfer" ? [parcel, { ...parcel, seq: parcel.seq + 1000 }] : [parcel])),
    '"transfers":',
  ],
  [
    "a merge that leaves the cards behind",
    delivering((parcel) =>
      parcel.reason === "merge" ? [{ ...parcel, estate: { ...parcel.estate, cards: [] } }] : [parcel],
    ),
    "",
  ],
];

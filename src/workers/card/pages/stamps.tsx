import type { StampCardView } from "../card-view.ts";

const BUMPS = 18;
const CENTRE = 32;

/** The mark that a stamp leaves: a disc with a scalloped rim. */
const DISC = scallopedDisc(25.5, 27.5);

/** A stamp, drawn once per page; every stamp on it points here. The merchant's first letter is cut out of it. */
export function StampSprite({ letter }: { readonly letter: string }) {
  return (
    <svg class="sprite" aria-hidden="true" focusable="false">
      <symbol id="stamp" viewBox="0 0 64 64">
        <path class="stamp-disc" d={DISC} />
        <circle class="stamp-ring" cx="32" cy="32" r="21" />
        <text class="stamp-letter" x="32" y="32" dy="0.36em" text-anchor="middle">
          {letter}
        </text>
      </symbol>
      <symbol id="gift" viewBox="0 0 24 24">
        <path d="M4 11h16v9H4zM3 7.5h18V11H3zM12 7.5V20M12 7.5C10 3 5.5 4 7 7.5M12 7.5c2-4.500 6.500-3.500 5 0" />
      </symbol>
    </svg>
  );
}

/** A paper stamp card as one picture: filled places carry a stamp, empty ones their number, the last one a present. */
export function Stamps({ card }: { readonly card: StampCardView }) {
  const places = Array.from({ length: card.size }, (_, index) => index);
  return (
    <div class={`stamps columns-${columnsFor(card.size)}`} role="img" aria-label={card.label} data-filled={card.filled}>
      {places.map((index) => (
        <span class={index < card.filled ? "stamp on" : "stamp"}>
          <svg viewBox="0 0 64 64" aria-hidden="true" focusable="false">
            {index < card.filled ? <Mark index={index} /> : <Place index={index} last={index === card.size - 1} />}
          </svg>
        </span>
      ))}
    </div>
  );
}

/** No two stamps are set down at the same angle. */
function Mark({ index }: { readonly index: number }) {
  const angle = ((index * 47) % 29) - 14;
  return <use href="#stamp" width="64" height="64" transform={`rotate(${angle} 32 32)`} />;
}

function Place({ index, last }: { readonly index: number; readonly last: boolean }) {
  return (
    <>
      <circle class="place" cx="32" cy="32" r="26" />
      {last ? (
        <use class="gift" href="#gift" x="19" y="19" width="26" height="26" />
      ) : (
        <text class="number" x="32" y="32" dy="0.36em" text-anchor="middle">
          {index + 1}
        </text>
      )}
    </>
  );
}

/** Whole rows where that can be. */
function columnsFor(size: number): number {
  if (size <= 6) return size;
  return [5, 6, 4].find((columns) => size % columns === 0) ?? 5;
}

/** A circle whose rim goes in and out, as a path around the centre of a 64 × 64 field. */
function scallopedDisc(inner: number, outer: number): string {
  const point = (radius: number, turn: number) => {
    const angle = turn * 2 * Math.PI;
    return `${(CENTRE + radius * Math.cos(angle)).toFixed(2)} ${(CENTRE + radius * Math.sin(angle)).toFixed(2)}`;
  };
  const bumps = Array.from({ length: BUMPS }, (_, bump) => {
    const control = point(outer * 2 - inner, (bump + 0.5) / BUMPS);
    return `Q${control} ${point(inner, (bump + 1) / BUMPS)}`;
  });
  return `M${point(inner, 0)}${bumps.join("")}Z`;
}

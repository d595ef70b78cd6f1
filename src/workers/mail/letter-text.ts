import type { Letter } from "./templates/letter.ts";

/** A letter as plain text. A code stands alone on its line, so that it can be picked by a double click. */
export function letterText({ heading, paragraphs, code, button, notes }: Letter): string {
  const blocks = [
    heading,
    ...paragraphs,
    ...(code === null ? [] : [code]),
    ...(button === null ? [] : [`${button.label}:\n${button.url}`]),
    ...notes,
  ];
  return `${blocks.join("\n\n")}\n\n--\nStempel\n`;
}

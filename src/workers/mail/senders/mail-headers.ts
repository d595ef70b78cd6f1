import { Buffer } from "node:buffer";

/** An encoded word may be 75 characters long: 45 bytes as base64, and what stands around them. */
const WORD_BYTES = 45;

/** A text in a header, such as a subject: as it is when plain, else in encoded words, folded between them. */
export function encodeHeaderText(text: string): string {
  return /^[\x20-\x7e]{0,200}$/.test(text) && !text.includes("=?") ? text : encodeWords(text);
}

/** An address with a name beside it. Quoted or encoded whole: no name can end early and add an address of its own. */
export function encodeMailbox(name: string, address: string): string {
  const isPlain = /^[\x20-\x7e]{0,200}$/.test(name) && !name.includes("=?");
  const quoted = `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `${isPlain ? quoted : encodeWords(name)} <${address}>`;
}

/** Split between characters, never within one. */
function encodeWords(text: string): string {
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    if (Buffer.byteLength(word + character) > WORD_BYTES) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString("base64")}?=`).join("\r\n ");
}

// How fingerprints are written for sending: what stands on her page is, letter by letter, what is sent.
// "image.0-87-<64 digits>", "video.0-99-<64 digits>.30-98-<64 digits>": kind, then position, quality and hash of each.
// Refuses: anything else of a file.
import { Refusal } from "./refusal.js";
import { MINIMUM_QUALITY } from "./pdq.js";

/** Pictures too plain to be told apart from others are left out; of a picture, the whole must not be. */
export function written({ kind, parts }) {
  const useful = parts.filter(({ quality }) => quality >= MINIMUM_QUALITY);
  if (!useful.length || (kind === "image" && useful[0].position !== 0)) throw new Refusal("too_plain");
  return [kind, ...useful.map(({ position, quality, hash }) => `${position}-${quality}-${hash}`)].join(".");
}

// From a picture file to its hash, on this device. Upright, as stored (no colour management), on white.
// Refuses: to shrink. A picture that the browser has made smaller gives another hash, up to 50 bits away.
import { Refusal } from "./refusal.js";
import { Pieces } from "./bytes.js";
import { Pdq } from "./pdq.js";
import { hashPart, lumaOf } from "./luma.js";
import { sections } from "./crops.js";
import { statedSize } from "./sizes.js";

const STRIP = 128; // rows; such a canvas stays below every browser's limits
const LONGEST_SIDE = 16384;
const LARGEST_AREA = 120e6;
const AS_STORED = { imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none" };

/** -> {parts: [{position, hash, quality}], width, height}; with `cropped`, 29 parts, the whole first. */
export async function hashPicture(file, format, { cropped = false } = {}) {
  const stated = await statedSize(new Pieces(file), format);
  if (stated) refuseTooLarge(stated);
  const bitmap = await decode(file, format);
  try {
    const { width, height } = bitmap;
    refuseTooLarge(bitmap);
    if (stated && !sameSize(stated, bitmap)) throw new Refusal("picture_shrunk");
    const hashes = cropped ? hashSections(bitmap) : [hashWhole(bitmap)];
    return { parts: hashes.map((made, position) => ({ position, ...made })), width, height };
  } finally {
    bitmap.close();
  }
}

async function decode(file, format) {
  try {
    return await createImageBitmap(file, AS_STORED);
  } catch {
    throw new Refusal(format === "heic" ? "heic" : "picture_unreadable");
  }
}

function refuseTooLarge({ width, height }) {
  if (Math.max(width, height) > LONGEST_SIDE || width * height > LARGEST_AREA) throw new Refusal("picture_too_large");
}

/** Turning a picture upright exchanges its sides. */
function sameSize(stated, bitmap) {
  const sides = ({ width, height }) => `${Math.min(width, height)} ${Math.max(width, height)}`;
  return sides(stated) === sides(bitmap);
}

function hashWhole(bitmap) {
  const hash = new Pdq(bitmap.width, bitmap.height), row = new Float32Array(bitmap.width);
  for (const { pixels } of strips(bitmap)) {
    const stride = 4 * bitmap.width;
    for (let at = 0; at < pixels.length; at += stride) hash.add(lumaOf(pixels.subarray(at, at + stride), row));
  }
  return hash.finish();
}

/** Keeps the brightness of the whole picture while it is at work; colour never. */
function hashSections(bitmap) {
  const { width, height } = bitmap, luma = new Float32Array(width * height);
  for (const { top, pixels } of strips(bitmap)) lumaOf(pixels, luma, top * width);
  return sections(width, height).map((part) => hashPart(luma, width, part));
}

/** RGBA rows from top to bottom; what is transparent lies on white. */
function* strips(bitmap) {
  const { width, height } = bitmap, rows = Math.min(STRIP, height);
  const context = new OffscreenCanvas(width, rows).getContext("2d", { willReadFrequently: true, alpha: false });
  context.fillStyle = "#fff";
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top);
    context.fillRect(0, 0, width, count);
    context.drawImage(bitmap, 0, top, width, count, 0, 0, width, count);
    yield { top, pixels: context.getImageData(0, 0, width, count).data };
  }
}

// Brightness from what a browser hands out: RGBA bytes, or the brightness plane of a decoded video picture.
// Refuses: to compute colour. PDQ needs brightness alone.
import { Pdq } from "./pdq.js";

export const BT601 = [0.299, 0.587, 0.114];
export const BT709 = [0.2126, 0.7152, 0.0722];

/** Fills `out` from `at` on with the brightness of RGBA bytes; alpha is not looked at, so flatten before. */
export function lumaOf(rgba, out, at = 0, [red, green, blue] = BT601) {
  for (let p = 0; p < rgba.length; p += 4) out[at++] = red * rgba[p] + green * rgba[p + 1] + blue * rgba[p + 2];
  return out;
}

/** The hash of whole RGBA pixels. */
export function hashRgba(rgba, width, height, weights = BT601) {
  const hash = new Pdq(width, height), row = new Float32Array(width);
  for (let y = 0; y < height; y++) hash.add(lumaOf(rgba.subarray(4 * width * y, 4 * width * (y + 1)), row, 0, weights));
  return hash.finish();
}

/** The hash of a part of a plane of brightness; `part` is {left, top, right, bottom} in pixels. */
export function hashPart(luma, width, part) {
  const hash = new Pdq(part.right - part.left, part.bottom - part.top);
  for (let y = part.top; y < part.bottom; y++) hash.add(luma, y * width + part.left);
  return hash.finish();
}

/**
 * The hash of a video's brightness plane. `values` is a Uint8Array, or a Uint16Array for 10 and 12 bits,
 * of which the high 8 count. `offset` and `stride` count values. Broadcast range (16 to 235) is stretched to 0 to 255,
 * as vPDQ's conversion does.
 */
export function hashPlane({ values, offset, stride, width, height, bits, fullRange }) {
  const grey = Float32Array.from({ length: 256 }, (_, y) => (fullRange ? y : Math.min(255, Math.max(0, ((y - 16) * 255) / 219))));
  const low = bits - 8;
  const hash = new Pdq(width, height), row = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    const from = offset + y * stride;
    for (let x = 0; x < width; x++) row[x] = grey[values[from + x] >> low];
    hash.add(row);
  }
  return hash.finish();
}

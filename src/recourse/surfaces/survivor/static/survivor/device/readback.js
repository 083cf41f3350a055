// Proves that a canvas tells the truth, on a picture of known numbers. Some browsers give false pixels to hinder
// the recognition of visitors; Tor Browser gives noise. Refuses: to let a hash of false pixels be made, because
// it would protect nobody and look as if it did.
import { distance } from "./pdq.js";
import { hashRgba } from "./luma.js";

const SIDE = 256;
const KNOWN = "f6aa09ab1355acd59395ae31006defe4900d0f1df1f86fa01001bb13516feeee";
const NEAR = 2; // bits of the hash
const SLIGHT = 4; // of 255, in any value

/** -> {honest, worst, apart}: the largest error of any value, and the bits between the hash and the known one. */
export async function tryCanvas() {
  const known = numbers();
  const bitmap = await createImageBitmap(new ImageData(known, SIDE, SIDE), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true, alpha: false });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const seen = context.getImageData(0, 0, SIDE, SIDE).data;
  let worst = 0;
  for (let i = 0; i < seen.length; i++) worst = Math.max(worst, Math.abs(seen[i] - known[i]));
  const apart = distance(hashRgba(seen, SIDE, SIDE).hash, KNOWN);
  return { honest: apart <= NEAR && worst <= SLIGHT, worst, apart };
}

/** Smooth hills with a small grain that is always the same: every brightness occurs, nothing is flat. */
export function numbers() {
  const pixels = new Uint8ClampedArray(4 * SIDE * SIDE);
  let state = 0x2545f491;
  for (let y = 0, p = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, p += 4) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const hill = ((x * x + 3 * y * y + 5 * x * y) >> 8) % 256, grain = (state >>> 28) - 8;
      pixels.set([hill + grain, 255 - hill + grain, ((x ^ y) & 255) + grain, 255], p);
    }
  }
  return pixels;
}

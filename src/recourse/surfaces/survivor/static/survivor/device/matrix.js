// By which matrix a browser turned a video's brightness and colour into RGB: read from the pixels themselves.
// What a picture says of its matrix is not reliable (Firefox says BT.709 of every one), and sizes say nothing.
// Refuses: to guess. Where the pixels do not tell, it says so.
import { BT601, BT709 } from "./luma.js";

const BROADCAST = 219 / 255, FULL = 1; // by which whole steps of brightness were stretched to 0 to 255
const ENOUGH = 200; // pixels that can say something
const SURE = 0.8; // of the other matrix's error

/**
 * Brightness came in whole steps. The right weights lead back to whole steps, but for the rounding of RGB; the wrong ones
 * to anything between. Cut-off and grey pixels say nothing. -> weights, or null where the pixels do not tell.
 */
export function weightsIn(rgba) {
  const errors = new Float64Array(4);
  const stride = 4 * Math.max(1, Math.floor(rgba.length / 4 / 100_003)); // prime: not in step with a width
  let count = 0;
  for (let p = 0; p + 3 < rgba.length; p += stride) {
    const red = rgba[p], green = rgba[p + 1], blue = rgba[p + 2];
    const most = Math.max(red, green, blue), least = Math.min(red, green, blue);
    if (most > 252 || least < 3 || most - least < 24) continue;
    count += 1;
    [BT601, BT709].forEach(([r, g, b], at) => {
      const luma = r * red + g * green + b * blue;
      [BROADCAST, FULL].forEach((step, also) => (errors[2 * at + also] += fromWhole(luma * step) ** 2));
    });
  }
  if (count < ENOUGH) return null;
  const one = Math.min(errors[0], errors[1]), other = Math.min(errors[2], errors[3]);
  if (Math.min(one, other) > SURE * Math.max(one, other)) return null;
  return one < other ? BT601 : BT709;
}

function fromWhole(value) {
  return value - Math.round(value);
}

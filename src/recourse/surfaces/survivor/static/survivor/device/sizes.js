// How large a picture says it is, before anything decodes it: too large ones are refused without trying, and a
// browser that hands out a smaller one is caught. Refuses: to guess. A format without an answer gives null.
import { Refusal } from "./refusal.js";
import { ascii, viewOf } from "./bytes.js";

const MOST_MARKERS = 2000;

/** -> {width, height} as stored, before any turning; null where the format is not one of these. */
export async function statedSize(pieces, format) {
  try {
    if (format === "jpeg") return await jpeg(pieces);
    const head = (await pieces.upTo(0, 32)).slice(), view = viewOf(head);
    if (format === "png") return { width: view.getUint32(16), height: view.getUint32(20) };
    if (format === "gif") return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (format === "webp") return webp(head, view);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof Refusal)) throw error;
  }
  return null;
}

/** The frame header stands behind segments that may be long, such as a preview or a colour profile. */
async function jpeg(pieces) {
  for (let at = 2, n = 0; n < MOST_MARKERS; n++) {
    const view = viewOf(await pieces.upTo(at, 9));
    if (view.getUint8(0) !== 0xff) return null;
    const marker = view.getUint8(1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: view.getUint16(7), height: view.getUint16(5) };
    } else at += 2 + view.getUint16(2);
  }
  return null;
}

function webp(head, view) {
  const chunk = ascii(head, 12, 16);
  const three = (at) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  if (chunk === "VP8X") return { width: three(24) + 1, height: three(27) + 1 };
  if (chunk === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (chunk !== "VP8L") return null;
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

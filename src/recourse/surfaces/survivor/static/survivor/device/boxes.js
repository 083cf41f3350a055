// Boxes of MP4 and QuickTime files: a length, a type, a body. ISO/IEC 14496-12, section 4.2.
// Refuses: a box that is longer than what it lies in.
import { Refusal } from "./refusal.js";
import { ascii, viewOf } from "./bytes.js";

/** -> {type, size, header}; `room` is what is left to lie in, which size 0 means. */
export function boxAt(view, at, room) {
  let size = view.getUint32(at), header = 8;
  const type = ascii(new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
  if (size === 1) {
    size = Number(view.getBigUint64(at + 8));
    header = 16;
  } else if (size === 0) size = room;
  if (size < header || size > room) throw new Refusal("video_broken", `box ${type} does not fit`);
  return { type, size, header };
}

/** The boxes inside a body, one after the other. */
export function* boxes(body, from = 0) {
  const view = viewOf(body);
  for (let at = from; at + 8 <= body.length;) {
    const { type, size, header } = boxAt(view, at, body.length - at);
    yield { type, body: body.subarray(at + header, at + size) };
    at += size;
  }
}

/** The body of the first box along a path of types, or null. */
export function find(body, ...path) {
  return path.reduce((inner, wanted) => {
    if (inner) for (const box of boxes(inner)) if (box.type === wanted) return box.body;
    return null;
  }, body);
}

/** As `find`, of a box that no readable file lacks. */
export function need(body, ...path) {
  const found = find(body, ...path);
  if (!found) throw new Refusal("video_broken", `no ${path.at(-1)}`);
  return found;
}

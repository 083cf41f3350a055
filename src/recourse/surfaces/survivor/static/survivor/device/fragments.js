// Fragments of an MP4 file that was written as it was recorded or streamed. ISO/IEC 14496-12, section 8.8.
// Refuses: nothing of its own; what a fragment leaves out is taken from the track, as the standard says.
import { Refusal } from "./refusal.js";
import { viewOf } from "./bytes.js";
import { boxes, find, need } from "./boxes.js";
import { MOST_SAMPLES } from "./samples.js";

const NOT_A_KEY = 0x10000;
const NOTHING_USUAL = { duration: 0, size: 0, flags: 0 };

/** Adds the pictures of one fragment, which lies at byte `moofAt` of the file, to the track. */
export function addFragment(track, usual, moof, moofAt) {
  for (const { type, body } of boxes(moof)) {
    if (type !== "traf") continue;
    const head = readHead(need(body, "tfhd"), usual ?? NOTHING_USUAL, moofAt);
    if (head.id !== track.id) continue;
    const clock = find(body, "tfdt");
    const where = { base: head.base, offset: head.base, time: clock ? startOf(viewOf(clock)) : endOf(track) };
    for (const box of boxes(body)) if (box.type === "trun") addRun(track, viewOf(box.body), head, where);
  }
}

function readHead(tfhd, usual, moofAt) {
  const view = viewOf(tfhd), flags = view.getUint32(0);
  const head = { id: view.getUint32(4), base: moofAt, ...usual };
  let at = 8;
  if (flags & 0x1) {
    head.base = Number(view.getBigUint64(at));
    at += 8;
  }
  if (flags & 0x2) at += 4;
  for (const [bit, name] of [[0x8, "duration"], [0x10, "size"], [0x20, "flags"]]) {
    if (!(flags & bit)) continue;
    head[name] = view.getUint32(at);
    at += 4;
  }
  return head;
}

function startOf(view) {
  return view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4);
}

function endOf(track) {
  return Math.round(track.samples.reduce((sum, sample) => sum + sample.duration, 0) * track.timescale);
}

function addRun(track, run, head, where) {
  const has = run.getUint32(0), count = run.getUint32(4);
  let at = 8, first = null;
  const next = () => run.getUint32((at += 4) - 4);
  if (track.samples.length + count > MOST_SAMPLES) throw new Refusal("video_broken", "too many pictures");
  if (has & 0x1) where.offset = where.base + (next() | 0);
  if (has & 0x4) first = next();
  for (let i = 0; i < count; i++) {
    const duration = has & 0x100 ? next() : head.duration, size = has & 0x200 ? next() : head.size;
    const flags = has & 0x400 ? next() : i === 0 && first !== null ? first : head.flags;
    const shift = has & 0x800 ? next() | 0 : 0;
    track.samples.push({
      offset: where.offset, size, key: !(flags & NOT_A_KEY),
      time: (where.time + shift) / track.timescale, duration: duration / track.timescale,
    });
    where.offset += size;
    where.time += duration;
  }
}

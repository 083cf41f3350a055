// The tables that say where each picture of an MP4 track lies and when it is shown. ISO/IEC 14496-12, section 8.6-8.7.
// Refuses: more pictures than nine hours hold, so that a forged count fills no memory.
import { Refusal } from "./refusal.js";
import { viewOf } from "./bytes.js";
import { find, need } from "./boxes.js";

export const MOST_SAMPLES = 1_000_000;

export function readSamples(table, timescale) {
  const sizes = viewOf(need(table, "stsz")), count = sizes.getUint32(8);
  if (count > MOST_SAMPLES) throw new Refusal("video_broken", "too many pictures");
  if (!count) return [];
  const samples = placed(table, sizes, count);
  markKeys(samples, find(table, "stss"));
  setTimes(samples, table, timescale);
  return samples;
}

/** Pictures lie in chunks; a rule says how many in each chunk from its first one on. */
function placed(table, sizes, count) {
  const wide = find(table, "co64"), chunks = viewOf(wide ?? need(table, "stco"));
  const chunkAt = (i) => (wide ? Number(chunks.getBigUint64(8 + 8 * i)) : chunks.getUint32(8 + 4 * i));
  const rules = viewOf(need(table, "stsc")), ruleCount = rules.getUint32(4);
  const same = sizes.getUint32(4), samples = [];
  for (let chunk = 0, rule = 0; samples.length < count && chunk < chunks.getUint32(4); chunk++) {
    while (rule + 1 < ruleCount && rules.getUint32(8 + 12 * (rule + 1)) <= chunk + 1) rule++;
    let offset = chunkAt(chunk);
    for (let left = rules.getUint32(12 + 12 * rule); left > 0 && samples.length < count; left--) {
      const size = same || sizes.getUint32(12 + 4 * samples.length);
      samples.push({ offset, size, key: false, time: 0, duration: 0 });
      offset += size;
    }
  }
  if (samples.length < count) throw new Refusal("video_broken", "too few chunks");
  return samples;
}

/** Without a list, every picture stands for itself. */
function markKeys(samples, list) {
  if (!list) return samples.forEach((sample) => (sample.key = true));
  const view = viewOf(list);
  for (let i = 0; i < view.getUint32(4); i++) {
    const sample = samples[view.getUint32(8 + 4 * i) - 1];
    if (sample) sample.key = true;
  }
}

function setTimes(samples, table, timescale) {
  let at = 0, time = 0;
  eachRun(need(table, "stts"), samples.length, (step) => {
    Object.assign(samples[at++], { time: time / timescale, duration: step / timescale });
    time += step;
  });
  const shifts = find(table, "ctts");
  at = 0;
  if (shifts) eachRun(shifts, samples.length, (_, signed) => (samples[at++].time += signed / timescale));
}

/** Calls back for each picture with the value of its run, as it is and as a signed number; at most `most` times. */
function eachRun(table, most, use) {
  const view = viewOf(table);
  for (let i = 0, done = 0; done < most && i < view.getUint32(4); i++) {
    const value = view.getUint32(12 + 8 * i);
    for (let left = view.getUint32(8 + 8 * i); left > 0 && done < most; left--, done++) use(value, value | 0);
  }
}

// Which pictures of a video are hashed: vPDQ's, that is every int(pictures a second)-th in the order of showing, and
// none that an edit list hides. https://github.com/facebook/ThreatExchange/tree/main/vpdq
// Refuses: videos of more than two hours' worth; they are to be given in parts.
import { Refusal, refusing } from "./refusal.js";
import { Pieces } from "./bytes.js";
import { readMp4 } from "./mp4.js";
import { readWebm } from "./webm.js";

export const MOST_FRAMES = 7200;
const SLACK = 0.0005; // seconds; times are fractions of many scales

/** -> the track with `every`, the step from one hashed picture to the next, and where to read its bytes. */
export async function openVideo(file, format) {
  const pieces = new Pieces(file);
  const track = await refusing("video_broken", () => (format === "webm" ? readWebm(pieces) : readMp4(pieces)));
  const every = stepOf(track);
  if (track.samples.length / every > MOST_FRAMES) throw new Refusal("video_too_long");
  return { ...track, pieces, every };
}

/** Matroska rounds times to milliseconds, so 30 may look like 29.9992; 29.97 must stay 29.97. */
function stepOf({ rate, samples }) {
  const whole = Math.round(rate), doubt = Math.max(0.0005, (0.001 * rate) / samples.length);
  return Math.max(1, Math.abs(rate - whole) <= doubt * rate ? whole : Math.trunc(rate));
}

export function isShown({ shown }, time) {
  return time >= shown.from - SLACK && time < shown.to - SLACK;
}

/** When a player shows the pictures to hash: {frame, from, until} in seconds from the first one shown. */
export function visits(track) {
  const times = track.samples.filter((one) => !one.invisible && isShown(track, one.time)).map((one) => one.time).sort((a, b) => a - b);
  return times.flatMap((time, frame) => {
    if (frame % track.every) return [];
    return [{ frame, from: time - times[0], until: (times[frame + 1] ?? time + 1 / track.rate) - times[0] }];
  });
}

// The way for a video that the page cannot decode: the browser's own player is led to each picture that vPDQ hashes.
// Refuses: to take what the player shows on trust. Each picture says its own time, and another one than was asked
// for ends the whole video; so does a browser that does not tell.
import { Refusal } from "./refusal.js";

const PATIENCE = 15_000; // milliseconds for one step of the player
const PAINTED = 2_000; // milliseconds from the end of a seek to its picture
const CLOSE = 0.002; // seconds; times are rounded on the way through a player

/** -> {parts, width, height, seconds}; `device` hashes what is shown. */
export async function playThrough(bytes, device, tell) {
  const { turn } = device;
  const { visits, turned, seconds } = await device.ask("visits", { file: bytes });
  if (!HTMLVideoElement.prototype.requestVideoFrameCallback) throw new Refusal("player_inexact");
  if (!("VideoFrame" in self) && turned) throw new Refusal("player_inexact"); // a canvas would show it turned
  const video = document.createElement("video"), address = URL.createObjectURL(bytes);
  Object.assign(video, { muted: true, playsInline: true, preload: "auto" });
  try {
    const watch = new Watch(video);
    video.src = address;
    await heard(video, "loadeddata");
    const parts = [];
    for (const [at, visit] of visits.entries()) {
      await show(video, watch, visit);
      if (device.turn !== turn) throw new Refusal("stopped");
      parts.push({ position: visit.frame, ...(await hashShown(video, device)) });
      tell(at / visits.length);
    }
    return { parts, width: video.videoWidth, height: video.videoHeight, seconds };
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

/** Seeks to the middle of a picture and holds what is shown to its own word. */
async function show(video, watch, { from, until }) {
  const seeked = heard(video, "seeked");
  video.currentTime = (from + until) / 2;
  await seeked;
  await watch.until((time) => time >= from - CLOSE && time < until - CLOSE);
}

/** Knows the time of the picture that is shown. "seeked" comes before it can be read; its own event comes after. */
class Watch {
  constructor(video) {
    this.time = NaN;
    this.look = () => {};
    const next = (_, { mediaTime }) => {
      this.time = mediaTime;
      this.look();
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  async until(fits) {
    if (fits(this.time)) return;
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Refusal("player_inexact", `shows ${this.time}`)), PAINTED);
      this.look = () => {
        if (!fits(this.time)) return;
        clearTimeout(late);
        resolve();
      };
    }).finally(() => (this.look = () => {}));
  }
}

async function hashShown(video, device) {
  if ("VideoFrame" in self) {
    const frame = new VideoFrame(video);
    return device.ask("frame", { frame }, { moved: [frame] });
  }
  const { videoWidth: width, videoHeight: height } = video;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true, alpha: false });
  context.drawImage(video, 0, 0);
  const pixels = context.getImageData(0, 0, width, height).data;
  return device.ask("shown", { pixels, width, height }, { moved: [pixels.buffer] });
}

function heard(video, name) {
  return new Promise((resolve, reject) => {
    const over = new AbortController(), { signal } = over;
    const end = (settle, value) => {
      clearTimeout(late);
      over.abort();
      settle(value);
    };
    const late = setTimeout(() => end(reject, new Refusal("player_inexact", `no ${name}`)), PATIENCE);
    video.addEventListener(name, () => end(resolve), { signal });
    video.addEventListener("error", () => end(reject, new Refusal("video_codec", "the player")), { signal });
  });
}

// Decodes and hashes away from the page. It is served with a policy of its own, under which a request of any kind
// fails. Refuses: to store anything, to call anybody, and to hash a canvas that has not proved that it tells the truth.
import { Refusal } from "./refusal.js";
import { HEAD, kindOf } from "./kinds.js";
import { hashPicture } from "./picture.js";
import { hashFrame, hashVideo, playersWeights } from "./video.js";
import { hashRgba } from "./luma.js";
import { openVideo, visits } from "./frames.js";
import { tryCanvas } from "./readback.js";

const REFUSED = { other_video: "video_kind", mpeg_ts: "mpeg_ts" };
let canvas = null;

const jobs = {
  async file({ file, cropped }, tell) {
    const { medium, format } = await kind(file);
    if (medium === "video") return { kind: "video", ...(await hashVideo(file, format, tell)) };
    await proveCanvas();
    return { kind: "image", ...(await hashPicture(file, format, { cropped })) };
  },

  /** For the player: which pictures of the video to stop at. */
  async visits({ file }) {
    const track = await openVideo(file, (await kind(file)).format);
    return { visits: visits(track), turned: track.turned, seconds: track.samples.length / track.rate };
  },

  async frame({ frame }) {
    try {
      return await hashFrame(frame);
    } finally {
      frame.close();
    }
  },

  async shown({ pixels, width, height }) {
    await proveCanvas();
    return hashRgba(pixels, width, height, playersWeights(pixels, width, height));
  },
};

async function kind(file) {
  if (!file.size) throw new Refusal("not_media");
  const found = kindOf(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  if (found.medium === "none") throw new Refusal(REFUSED[found.format] ?? "not_media");
  return found;
}

async function proveCanvas() {
  canvas ??= tryCanvas();
  if (!(await canvas).honest) throw new Refusal("canvas_lies");
}

self.addEventListener("message", async ({ data: { id, job, ...work } }) => {
  try {
    self.postMessage({ id, result: await jobs[job](work, (done) => self.postMessage({ id, done })) });
  } catch (error) {
    self.postMessage({ id, refused: error instanceof Refusal ? error.code : "failed", detail: String(error) });
  }
});

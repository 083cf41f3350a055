// From a video file to vPDQ's hashes by the browser's own decoder, from the brightness plane of each picture.
// Refuses: an encoding that this browser cannot decode; it never hashes another picture instead.
import { Refusal, refusing } from "./refusal.js";
import { BT601, BT709, hashPlane, hashRgba } from "./luma.js";
import { isShown, openVideo } from "./frames.js";
import { weightsIn } from "./matrix.js";

const WAITING = 12; // pictures in the decoder's queue; more cost memory and nothing is gained
const PLANAR = /^(?:I420|I422|I444|NV12)(?:A)?(?:P(10|12))?$/;

/** -> {parts: [{position, hash, quality}], width, height, seconds}; `tell` hears how much is done, 0 to 1. */
export async function hashVideo(file, format, tell = () => {}) {
  if (!("VideoDecoder" in self)) throw new Refusal("no_decoder");
  const track = await openVideo(file, format);
  const config = await settings(track);
  const parts = await refusing("video_broken", () => decodeAll(track, config, tell));
  return { parts, width: track.width, height: track.height, seconds: track.samples.length / track.rate };
}

/** A software decoder gives pictures that can be read on every device; some chips keep theirs to themselves. */
async function settings({ codec, description, width, height }) {
  const config = { codec, description, codedWidth: width, codedHeight: height };
  for (const hardwareAcceleration of ["prefer-software", "no-preference"]) {
    const asked = { ...config, hardwareAcceleration };
    const answer = await VideoDecoder.isConfigSupported(asked).catch(() => null);
    if (answer?.supported) return asked;
  }
  throw new Refusal("video_codec", codec);
}

async function decodeAll(track, config, tell) {
  const parts = [];
  let shown = 0, failure = null, hashing = Promise.resolve();
  const take = async (picture, position) => {
    try {
      parts.push({ position, ...(await hashFrame(picture)) });
    } catch (error) {
      failure ??= error;
    } finally {
      picture.close();
    }
  };
  const decoder = new VideoDecoder({
    output(picture) {
      const position = isShown(track, picture.timestamp / 1e6) ? shown++ : -1;
      if (position < 0 || position % track.every || failure) picture.close(); // an open picture stops the decoder
      else hashing = hashing.then(() => take(picture, position));
    },
    error(error) {
      failure ??= error;
    },
  });
  try {
    decoder.configure(config);
    for (const [at, sample] of track.samples.entries()) {
      while (decoder.decodeQueueSize > WAITING && !failure) await drained(decoder);
      if (failure) throw failure;
      decoder.decode(chunk(sample, await track.pieces.at(sample.offset, sample.size)));
      if (at % track.every === 0) tell(at / track.samples.length);
    }
    await decoder.flush();
    await hashing;
  } finally {
    if (decoder.state !== "closed") decoder.close();
  }
  if (failure) throw failure;
  return parts;
}

/** A decoder that failed fires no more events, so the wait looks up now and then. */
function drained(decoder) {
  return new Promise((go) => {
    const late = setTimeout(go, 200);
    decoder.addEventListener("dequeue", () => { clearTimeout(late); go(); }, { once: true });
  });
}

function chunk({ key, time, duration }, data) {
  return new EncodedVideoChunk({
    type: key ? "key" : "delta", timestamp: Math.round(time * 1e6), duration: Math.round(duration * 1e6), data,
  });
}

/** The brightness plane is what PDQ wants: no colour is computed, no canvas is read, so nothing can be falsified. */
export async function hashFrame(picture) {
  const { width, height } = picture.visibleRect, planar = PLANAR.exec(picture.format ?? "");
  if (!planar) return hashConverted(picture, width, height);
  const bits = Number(planar[1] ?? 8), bytes = new Uint8Array(picture.allocationSize());
  const [plane] = await picture.copyTo(bytes), unit = bits > 8 ? 2 : 1;
  const values = unit === 2 ? new Uint16Array(bytes.buffer) : bytes;
  const { fullRange } = picture.colorSpace;
  return hashPlane({ values, offset: plane.offset / unit, stride: plane.stride / unit, width, height, bits, fullRange });
}

async function hashConverted(picture, width, height) {
  const bytes = new Uint8Array(picture.allocationSize({ format: "RGBA" }));
  await picture.copyTo(bytes, { format: "RGBA" });
  return hashRgba(bytes, width, height, playersWeights(bytes, width, height));
}

/** Undoes a player's conversion: by what the pixels tell, else as players do with files that say nothing. */
export function playersWeights(rgba, width, height) {
  const assumed = Math.max(width, height) >= 1280 || Math.min(width, height) >= 720 ? BT709 : BT601;
  return weightsIn(rgba) ?? assumed;
}

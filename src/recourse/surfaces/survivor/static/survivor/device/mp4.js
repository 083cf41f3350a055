// The picture track of MP4 and QuickTime files: where each picture lies, when it is shown. ISO/IEC 14496-12.
// Refuses: encrypted files, cuts of several pieces, encodings that change on the way; the reader must be sure
// which pictures are shown, or a hash would be one of something else.
import { Refusal } from "./refusal.js";
import { ascii, viewOf } from "./bytes.js";
import { boxAt, boxes, find, need } from "./boxes.js";
import { mp4Codec } from "./codecs.js";
import { addFragment } from "./fragments.js";
import { readSamples } from "./samples.js";

const LARGEST_INDEX = 64 << 20;
const MOST_BOXES = 200_000;

/**
 * -> {codec, description, width, height, turned, rate, shown: {from, to}, samples}. Samples in decoding order:
 * {offset, size, key, time, duration}, in bytes and seconds. `rate` is pictures a second on average.
 */
export async function readMp4(pieces) {
  let movie = null;
  const fragments = [];
  for (let at = 0, n = 0; at + 8 <= pieces.length; n++) {
    if (n > MOST_BOXES) throw new Refusal("video_broken", "too many boxes");
    const { type, size, header } = boxAt(viewOf(await pieces.upTo(at, 16)), 0, pieces.length - at);
    if (type === "moov" || type === "moof") {
      if (size > LARGEST_INDEX) throw new Refusal("video_broken", "the index is too large");
      const body = (await pieces.at(at, size)).slice(header);
      if (type === "moov") movie = body;
      else fragments.push({ body, at });
    }
    at += size;
  }
  if (!movie) throw new Refusal("video_broken", "no moov");
  const track = readMovie(movie, fragments);
  const seconds = track.samples.reduce((sum, sample) => sum + sample.duration, 0);
  if (!(seconds > 0 && seconds < Infinity)) throw new Refusal("video_broken", "no durations");
  return { ...track, rate: track.samples.length / seconds };
}

/** The track with the most bytes: a film, where a cover or a preview lies beside it. */
function readMovie(movie, fragments) {
  const header = viewOf(need(movie, "mvhd")), movieScale = header.getUint32(header.getUint8(0) ? 20 : 12);
  const usual = usualOf(movie), tracks = [];
  for (const { type, body } of boxes(movie)) {
    if (type !== "trak" || !isVideo(body)) continue;
    const track = readTrack(body, movieScale);
    for (const { body: moof, at } of fragments) addFragment(track, usual[track.id], moof, at);
    if (track.samples.length) tracks.push(track);
  }
  if (!tracks.length) throw new Refusal("no_video");
  const bytes = (track) => track.samples.reduce((sum, sample) => sum + sample.size, 0);
  return tracks.reduce((most, track) => (bytes(track) > bytes(most) ? track : most));
}

/** What fragments take for granted, by track. */
function usualOf(movie) {
  const usual = {}, extends_ = find(movie, "mvex");
  for (const { type, body } of extends_ ? boxes(extends_) : []) {
    if (type !== "trex") continue;
    const view = viewOf(body);
    usual[view.getUint32(4)] = { duration: view.getUint32(12), size: view.getUint32(16), flags: view.getUint32(20) };
  }
  return usual;
}

function isVideo(trak) {
  const handler = find(trak, "mdia", "hdlr");
  return handler !== null && ascii(handler, 8, 12) === "vide";
}

function readTrack(trak, movieScale) {
  const media = viewOf(need(trak, "mdia", "mdhd")), head = viewOf(need(trak, "tkhd"));
  const wide = head.getUint8(0) === 1;
  const timescale = media.getUint32(media.getUint8(0) ? 20 : 12);
  if (!timescale || !movieScale) throw new Refusal("video_broken", "no timescale");
  const table = need(trak, "mdia", "minf", "stbl");
  return {
    id: head.getUint32(wide ? 20 : 12),
    timescale,
    turned: head.getInt32(wide ? 52 : 40) !== 0x10000, // the matrix's first number is one, unless it turns or mirrors
    shown: readEdit(trak, timescale, movieScale),
    ...readEntry(need(table, "stsd")),
    samples: readSamples(table, timescale),
  };
}

/** A cut made without encoding anew keeps hidden pictures; players and servers leave them out. */
function readEdit(trak, timescale, movieScale) {
  const list = find(trak, "edts", "elst"), shown = [];
  const view = list && viewOf(list), wide = view?.getUint8(0) === 1;
  for (let i = 0, at = 8, count = view ? view.getUint32(4) : 0; i < count; i++, at += wide ? 20 : 12) {
    const length = wide ? Number(view.getBigUint64(at)) : view.getUint32(at);
    const start = wide ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
    if (start < 0) continue; // nothing is shown for a while
    const from = start / timescale;
    shown.push({ from, to: length ? from + length / movieScale : Infinity });
  }
  if (shown.length > 1) throw new Refusal("video_cut");
  return shown[0] ?? { from: -Infinity, to: Infinity };
}

/** The fields of a picture entry stand before the boxes with its settings, which begin at byte 78. */
function readEntry(stsd) {
  const entries = [...boxes(stsd, 8)];
  if (entries.some(({ type }) => type === "encv")) throw new Refusal("encrypted");
  if (entries.length !== 1) throw new Refusal("video_cut", "several encodings");
  const [{ type, body }] = entries, view = viewOf(body), settings = {};
  for (const box of boxes(body, 78)) settings[box.type] = box.body.slice();
  return { width: view.getUint16(24), height: view.getUint16(26), ...mp4Codec(type, settings) };
}

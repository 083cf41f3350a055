// The picture track of WebM and Matroska files, also of those that were written live without lengths. RFC 9559.
// Refuses: encrypted, packed and laced pictures.
import { Refusal } from "./refusal.js";
import { ascii, viewOf } from "./bytes.js";
import { webmCodec } from "./codecs.js";
import { MOST_SAMPLES } from "./samples.js";

const ID = {
  Segment: 0x18538067, Info: 0x1549a966, TimestampScale: 0x2ad7b1, Tracks: 0x1654ae6b, TrackEntry: 0xae,
  TrackNumber: 0xd7, TrackType: 0x83, CodecID: 0x86, CodecPrivate: 0x63a2, DefaultDuration: 0x23e383, Video: 0xe0,
  PixelWidth: 0xb0, PixelHeight: 0xba, ContentEncodings: 0x6d80, ContentEncryption: 0x5035, ContentEncoding: 0x6240,
  Cluster: 0x1f43b675, Timestamp: 0xe7, SimpleBlock: 0xa3, BlockGroup: 0xa0, Block: 0xa1, ReferenceBlock: 0xfb,
};
const ENTERED = new Set([ID.Segment, ID.Info, ID.Tracks, ID.Cluster, ID.BlockGroup]);
const KEY = 0x80, INVISIBLE = 0x08, LACED = 0x06;
const MOST_ELEMENTS = 4_000_000;

/** -> as `readMp4`. Times are rounded to milliseconds by the format; `rate` may carry that rounding. */
export async function readWebm(pieces) {
  const reader = { scale: 1e6, cluster: 0, track: null, group: null, samples: [] };
  for (let at = 0, n = 0; at + 2 <= pieces.length; n++) {
    if (n > MOST_ELEMENTS) throw new Refusal("video_broken", "too many elements");
    const { id, size, header } = elementAt(await pieces.upTo(at, 16));
    const from = at + header;
    if (ENTERED.has(id)) {
      if (id === ID.BlockGroup) reader.group = null;
      at = from;
      continue;
    }
    if (size === null) throw new Refusal("video_broken", "an element without a length");
    if (from + size <= pieces.length) await take(reader, pieces, id, from, size);
    at = from + size;
  }
  return finished(reader);
}

async function take(reader, pieces, id, from, size) {
  if (id === ID.TimestampScale) reader.scale = number(await pieces.at(from, size));
  else if (id === ID.Timestamp) reader.cluster = number(await pieces.at(from, size));
  else if (id === ID.TrackEntry && !reader.track) reader.track = readEntry((await pieces.at(from, size)).slice());
  else if (id === ID.ReferenceBlock && reader.group) reader.group.key = false;
  else if ((id === ID.SimpleBlock || id === ID.Block) && reader.track) {
    addBlock(reader, await pieces.at(from, Math.min(16, size)), id, from, size);
  }
}

function addBlock(reader, head, id, from, size) {
  const { value, length } = vint(head, 0), view = viewOf(head);
  reader.group = null;
  if (value !== reader.track.number) return;
  const flags = view.getUint8(length + 2);
  if (flags & LACED) throw new Refusal("video_codec", "laced pictures");
  if (reader.samples.length >= MOST_SAMPLES) throw new Refusal("video_broken", "too many pictures");
  const sample = {
    offset: from + length + 3, size: size - length - 3, duration: 0, invisible: (flags & INVISIBLE) !== 0,
    key: id === ID.Block || (flags & KEY) !== 0, time: ((reader.cluster + view.getInt16(length)) * reader.scale) / 1e9,
  };
  reader.samples.push(sample);
  reader.group = id === ID.Block ? sample : null;
}

function finished({ track, samples }) {
  if (!track) throw new Refusal("no_video");
  const times = samples.filter((sample) => !sample.invisible).map((sample) => sample.time).sort((a, b) => a - b);
  if (!times.length) throw new Refusal("video_broken", "no pictures");
  const between = times.length > 1 ? (times.at(-1) - times[0]) / (times.length - 1) : 0;
  const rate = 1 / (track.usual || between || 1);
  if (!(rate > 0 && rate < Infinity)) throw new Refusal("video_broken", "no durations");
  return { ...track, samples, rate, turned: false, shown: { from: -Infinity, to: Infinity } };
}

/** One track; null when it is not one of pictures. */
function readEntry(body) {
  const found = fieldsOf(body);
  if (number(found[ID.TrackType]) !== 1) return null;
  if (found[ID.ContentEncodings]) {
    const encoding = fieldsOf(found[ID.ContentEncodings])[ID.ContentEncoding];
    throw new Refusal(encoding && fieldsOf(encoding)[ID.ContentEncryption] ? "encrypted" : "video_codec", "packed pictures");
  }
  const size = fieldsOf(found[ID.Video] ?? new Uint8Array(0)), every = found[ID.DefaultDuration];
  return {
    number: number(found[ID.TrackNumber]), width: number(size[ID.PixelWidth]), height: number(size[ID.PixelHeight]),
    usual: every ? number(every) / 1e9 : 0,
    ...webmCodec(ascii(found[ID.CodecID]), found[ID.CodecPrivate]?.slice()),
  };
}

function fieldsOf(bytes) {
  const found = {};
  for (let at = 0; at + 2 <= bytes.length;) {
    const { id, size, header } = elementAt(bytes.subarray(at));
    if (size === null || at + header + size > bytes.length) throw new Refusal("video_broken", "an element does not fit");
    found[id] = bytes.subarray(at + header, at + header + size);
    at += header + size;
  }
  return found;
}

function elementAt(bytes) {
  let length = 1;
  while (length <= 4 && !(bytes[0] & (0x80 >> (length - 1)))) length++;
  if (length > 4) throw new Refusal("video_broken", "not an element");
  let id = 0;
  for (let i = 0; i < length; i++) id = id * 256 + bytes[i];
  const size = vint(bytes, length);
  return { id, size: size.value, header: length + size.length };
}

/** A number whose first bits tell its length; all ones mean that the length is not known. */
function vint(bytes, at) {
  let length = 1;
  while (length <= 8 && !(bytes[at] & (0x80 >> (length - 1)))) length++;
  if (length > 8 || at + length > bytes.length) throw new Refusal("video_broken", "not a number");
  let value = bytes[at] & (0xff >> length), ones = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[at + i];
    ones &&= bytes[at + i] === 0xff;
  }
  return { value: ones ? null : value, length };
}

function number(bytes) {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

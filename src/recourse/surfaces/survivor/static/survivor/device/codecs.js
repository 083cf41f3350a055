// The names by which a browser knows a video's encoding, from the settings that its file carries. RFC 6381, and the
// registrations of AV1 and VP9. Refuses: an encoding that nobody here can read.
import { Refusal } from "./refusal.js";
import { viewOf } from "./bytes.js";

const two = (n) => String(n).padStart(2, "0");
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** `boxes` holds the settings boxes of a sample entry by name: -> {codec, description}. */
export function mp4Codec(entry, { avcC, hvcC, vpcC, av1C }) {
  if (avcC) return { codec: avcName(avcC), description: avcC };
  if (hvcC) return { codec: hevcName(entry.startsWith("hev") || entry === "dvhe" ? "hev1" : "hvc1", hvcC), description: hvcC };
  if (vpcC && entry === "vp08") return { codec: "vp8" };
  if (vpcC) return { codec: "vp09." + [vpcC[4], vpcC[5], vpcC[6] >> 4].map(two).join(".") };
  if (av1C) return { codec: av1Name(av1C) };
  throw new Refusal("video_codec", entry);
}

/** `id` is Matroska's name of the encoding, `settings` its private bytes or undefined. */
export function webmCodec(id, settings) {
  if (id === "V_VP8") return { codec: "vp8" };
  if (id === "V_VP9") return { codec: vp9Name(settings) };
  if (id === "V_AV1" && settings) return { codec: av1Name(settings) };
  if (id === "V_MPEG4/ISO/AVC" && settings) return { codec: avcName(settings), description: settings };
  if (id === "V_MPEGH/ISO/HEVC" && settings) return { codec: hevcName("hvc1", settings), description: settings };
  throw new Refusal("video_codec", id);
}

function avcName(avcC) {
  return "avc1." + hex(avcC.subarray(1, 4));
}

function av1Name(av1C) {
  const view = viewOf(av1C), profile = view.getUint8(1) >> 5, level = view.getUint8(1) & 31, flags = view.getUint8(2);
  const depth = flags & 64 ? (flags & 32 ? 12 : 10) : 8;
  return `av01.${profile}.${two(level)}${flags & 128 ? "H" : "M"}.${two(depth)}`;
}

/** Private bytes of VP9 are short records: a name, a length of one, a value. Most files have none. */
function vp9Name(settings) {
  const told = { 1: 0, 2: 51, 3: 8 }; // profile, level, bits
  for (let at = 0; settings && at + 2 < settings.length; at += 3) {
    if (settings[at] in told && settings[at + 1] === 1) told[settings[at]] = settings[at + 2];
  }
  return `vp09.${two(told[1])}.${two(told[2])}.${two(told[3])}`;
}

function hevcName(entry, hvcC) {
  const view = viewOf(hvcC), space = ["", "A", "B", "C"][view.getUint8(1) >> 6];
  let flags = view.getUint32(2), mirrored = 0;
  for (let i = 0; i < 32; i++) {
    mirrored = (mirrored << 1) | (flags & 1);
    flags >>>= 1;
  }
  const limits = [...hvcC.subarray(6, 12)];
  while (limits.length && limits.at(-1) === 0) limits.pop();
  const tier = (view.getUint8(1) & 32 ? "H" : "L") + view.getUint8(12);
  return [`${entry}.${space}${view.getUint8(1) & 31}`, (mirrored >>> 0).toString(16), tier, ...limits.map((byte) => byte.toString(16))].join(".");
}

// What a file is, by its first bytes. Some systems give a file no type at all, and a type can be wrong.
// Refuses: to go by the name, which is never read.
import { ascii, viewOf } from "./bytes.js";

const STILL = new Set(["avif", "avis"]);
const APPLE = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);
const QUICKTIME = new Set(["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot", "styp", "moof"]);
const PACKET = 188; // bytes, MPEG-TS

export const HEAD = 1024; // bytes that `kindOf` wants to see

/**
 * -> {medium: "picture" | "video" | "none", format}. "none" with a format is a kind that no page can read;
 * "none" without one is neither. HEIC is a picture: Safari opens it, and the others say that they cannot.
 */
export function kindOf(head) {
  const tag = ascii(head, 0, Math.min(12, head.length));
  const found = (medium, format) => ({ medium, format });
  if (tag.startsWith("\xff\xd8\xff")) return found("picture", "jpeg");
  if (tag.startsWith("\x89PNG\r\n\x1a\n")) return found("picture", "png");
  if (tag.startsWith("GIF8")) return found("picture", "gif");
  if (tag.startsWith("RIFF")) {
    if (tag.slice(8) === "WEBP") return found("picture", "webp");
    return found("none", tag.slice(8) === "AVI " ? "other_video" : "");
  }
  if (tag.startsWith("\x1aE\xdf\xa3")) return found("video", "webm");
  if (tag.slice(4, 8) === "ftyp") return byBrand(head);
  if (QUICKTIME.has(tag.slice(4, 8))) return found("video", "mp4");
  if (tag.startsWith("BM") || /^(II\*\0|MM\0\*)/.test(tag)) return found("picture", "other");
  if (isStream(head, 0) || isStream(head, 4)) return found("none", "mpeg_ts");
  if (/^(FLV\x01|\x30\x26\xb2\x75|\x00\x00\x01[\xb3\xba])/.test(tag)) return found("none", "other_video");
  return found("none", "");
}

function byBrand(head) {
  const end = Math.min(head.length, Math.max(16, viewOf(head).getUint32(0)));
  const brands = [];
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) brands.push(ascii(head, at, at + 4));
  if (brands.some((brand) => STILL.has(brand))) return { medium: "picture", format: "avif" };
  if (APPLE.has(brands[0])) return { medium: "picture", format: "heic" };
  return { medium: "video", format: "mp4" };
}

/** Packets of a broadcast begin with the same byte, each where the one before ends. */
function isStream(head, skip) {
  const step = PACKET + skip;
  for (let at = skip; at < 3 * step; at += step) if (head[at] !== 0x47) return false;
  return true;
}

// Reads a file piece by piece, so that a long video never lies in memory as a whole.
// Refuses: to read past the end, and to hand out more than one picture of a video could need.
import { Refusal } from "./refusal.js";

const PIECE = 4 << 20;
const LARGEST = 128 << 20;

export class Pieces {
  constructor(blob) {
    this.blob = blob;
    this.length = blob.size;
    this.from = 0;
    this.piece = new Uint8Array(0);
  }

  /** `count` bytes from `offset` on, not copied: valid until the next call. */
  async at(offset, count) {
    if (!(offset >= 0 && count >= 0 && offset + count <= this.length)) throw new Refusal("video_broken", "ends too early");
    if (count > LARGEST) throw new Refusal("video_broken", "a part is too large");
    if (offset < this.from || offset + count > this.from + this.piece.length) {
      const end = Math.min(this.length, offset + Math.max(count, PIECE));
      this.piece = new Uint8Array(await this.blob.slice(offset, end).arrayBuffer());
      this.from = offset;
    }
    return this.piece.subarray(offset - this.from, offset - this.from + count);
  }

  /** What is there from `offset` on, at most `count` bytes. */
  upTo(offset, count) {
    return this.at(offset, Math.max(0, Math.min(count, this.length - offset)));
  }
}

export function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function ascii(bytes, from = 0, to = bytes.length) {
  return String.fromCharCode(...bytes.subarray(from, to));
}

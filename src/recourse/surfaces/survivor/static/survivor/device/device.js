// The page's side of the hashing: hands files to the worker, and a video that its decoder cannot take to the player.
// Of a file only the bytes are used. Refuses: to read a name, a path or a date; the worker gets bytes without them.
import { Refusal } from "./refusal.js";
import { playThrough } from "./player.js";

/** Reasons for which the browser's player may still know what the decoder does not. */
const PLAYERS_TURN = new Set(["no_decoder", "video_codec", "video_broken"]);

export class Device {
  constructor(workerAddress) {
    this.address = workerAddress;
    this.worker = null;
    this.waiting = new Map();
    this.last = 0;
    this.turn = 0; // how often the work was ended
  }

  /** -> {kind, parts: [{position, hash, quality}], width, height, seconds?}; `tell` hears how much is done, 0 to 1. */
  async hash(file, { cropped = false, tell = () => {} } = {}) {
    const bytes = file.slice(0, file.size);
    try {
      return await this.ask("file", { file: bytes, cropped }, { tell });
    } catch (error) {
      if (!PLAYERS_TURN.has(error.code)) throw error;
      return await this.play(bytes, error, tell);
    }
  }

  /** The decoder's own reason is told, where the player can do no better. */
  async play(bytes, reason, tell) {
    try {
      return { kind: "video", ...(await playThrough(bytes, this, tell)) };
    } catch (error) {
      if (error.code === "stopped" || error.code === "canvas_lies") throw error;
      throw error.code === "player_inexact" && reason.code === "no_decoder" ? error : reason;
    }
  }

  ask(job, work, { tell = () => {}, moved = [] } = {}) {
    this.worker ??= this.start();
    return new Promise((resolve, reject) => {
      const id = ++this.last;
      this.waiting.set(id, { resolve, reject, tell });
      this.worker.postMessage({ id, job, ...work }, moved);
    });
  }

  start() {
    const worker = new Worker(this.address, { type: "module" });
    worker.addEventListener("message", ({ data }) => this.hear(data));
    worker.addEventListener("error", () => this.stop("no_worker"));
    return worker;
  }

  hear({ id, done, result, refused, detail }) {
    const asked = this.waiting.get(id);
    if (!asked) return;
    if (done !== undefined) return asked.tell(done);
    this.waiting.delete(id);
    if (refused === undefined) asked.resolve(result);
    else asked.reject(new Refusal(refused, detail));
  }

  /** Ends the work at once, for a stop and for the way out: what lay in memory goes with the worker. */
  stop(code = "stopped") {
    this.turn += 1;
    this.worker?.terminate();
    this.worker = null;
    for (const { reject } of this.waiting.values()) reject(new Refusal(code));
    this.waiting.clear();
  }
}

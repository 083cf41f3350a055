// The page on which she makes fingerprints: chooses files, sees what will be sent, takes lines out, sends the form.
// Every sentence stands on the page in her language. Refuses: to send by itself; her press on the form's button does,
// and what the lines show is all that the form holds.
import { Device } from "./device.js";
import { written } from "./wire.js";

const MOST = 50; // fingerprints in one sending
const LONGEST = 700_000; // characters in one sending

const place = document.getElementById("device");
const words = Object.fromEntries([...place.querySelectorAll("[data-word]")].map((node) => [node.dataset.word, node.textContent.trim()]));
const part = (name) => place.querySelector(`[data-part="${name}"]`);
const [files, cropped, state, bar, stop, made, send] = ["files", "cropped", "state", "bar", "stop", "made", "send"].map(part);
const device = new Device(place.dataset.worker);
let count = 0; // of the files chosen so far; the number by which a line is known
let busy = false;

function say(word, values = {}) {
  state.textContent = (words[word] ?? words.failed).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function work(on) {
  busy = on;
  bar.hidden = stop.hidden = !on;
  files.disabled = on;
  bar.value = 0;
}

async function hashAll(chosen) {
  work(true);
  let refused = 0, stopped = false;
  for (const [at, file] of chosen.entries()) {
    count += 1;
    say("working", { n: at + 1, total: chosen.length });
    try {
      const found = await device.hash(file, { cropped: cropped.checked, tell: (done) => (bar.value = (at + done) / chosen.length) });
      add(count, found, written(found));
    } catch (error) {
      stopped = error.code === "stopped";
      if (stopped) break;
      refused += 1;
      line("refusal", { number: count, words: words[error.code] ?? words.failed }).dataset.code = error.code;
    }
    bar.value = (at + 1) / chosen.length;
  }
  work(false);
  say(stopped ? "stopped" : refused ? "some" : "done", { n: refused });
  files.focus();
}

/** A line with what will be sent; a file chosen twice makes one. */
function add(number, found, text) {
  const held = [...made.querySelectorAll("input")];
  if (held.some((input) => input.value === text)) return line("refusal", { number, words: words.twice });
  const size = held.reduce((sum, input) => sum + input.value.length, text.length);
  if (held.length >= MOST || size > LONGEST) return line("refusal", { number, words: words.too_much });
  const seconds = Math.round(found.seconds ?? 0);
  const length = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const shown = line(found.kind, { number, width: found.width, height: found.height, length, n: found.parts.length });
  shown.querySelector("input").value = text;
  shown.querySelector("code").textContent = text;
  if (send) send.hidden = false;
}

function line(kind, values) {
  const shown = place.querySelector(`template[data-line="${kind}"]`).content.firstElementChild.cloneNode(true);
  for (const node of shown.querySelectorAll("[data-fill]")) {
    node.textContent = node.textContent.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }
  made.append(shown);
  return shown;
}

function forget() {
  device.stop();
  made.replaceChildren();
  files.value = "";
}

files.addEventListener("change", () => {
  const chosen = [...files.files];
  files.value = ""; // the page holds no file longer than it needs one
  if (chosen.length && !busy) hashAll(chosen);
});
stop.addEventListener("click", () => device.stop());
made.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  button.closest("li").remove();
  if (send) send.hidden = !made.querySelector("input");
  say("removed");
  files.focus();
});

// Leaving ends the work, by the way out, by the browser's own buttons, and before a page is kept in memory.
document.addEventListener("leaving", forget);
addEventListener("pagehide", () => device.stop());

for (const node of place.querySelectorAll("[data-script]")) node.hidden = false;
say("ready");

// Improves the desk, and nothing needs it: keys that move and open, and forms that are kept while they are written.
// No key decides anything; it takes the person to the button. Nothing happens while somebody types.
const OFF = "desk-keys-off";
const PLACES = { q: "/", m: "/mail", o: "/overdue", b: "/ready" };
const EVERY = 5000;

const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
const within = (row, what) => row?.querySelector(what);
let at = -1;
let waitsForPlace = false;

function move(step) {
  const all = rows();
  if (!all.length) return;
  const focused = all.findIndex((row) => row.contains(document.activeElement));
  at = Math.min(Math.max((focused >= 0 ? focused : at) + step, 0), all.length - 1);
  within(all[at], "[data-open]")?.focus();
}

function here() {
  return rows().find((row) => row.contains(document.activeElement));
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => within(here(), "[data-open]")?.click(),
  c: () => within(here(), "button[form=rows]")?.click(),
  "/": () => document.getElementById("sought")?.focus(),
  "?": () => document.querySelector("[data-keys-page]")?.click(),
};

function typing(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  if (localStorage.getItem(OFF)) return;
  if (waitsForPlace) {
    waitsForPlace = false;
    if (PLACES[event.key]) location.assign(PLACES[event.key]);
    return;
  }
  if (event.key === "g") {
    waitsForPlace = true;
    return;
  }
  const named = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!keys[event.key] && !named) return;
  event.preventDefault();
  if (keys[event.key]) keys[event.key]();
  else if (named.tagName === "A") named.click();
  else named.focus();
});

const button = document.querySelector("[data-keys-switch]");
if (button) {
  const show = () => { button.textContent = localStorage.getItem(OFF) ? button.dataset.off : button.dataset.on; };
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    if (localStorage.getItem(OFF)) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    show();
  });
}

// What is being written is sent to be kept, sealed, every few seconds; the answer is a bare 204. Where it is not
// taken, the page says so: a session ends, and a net fails.
const writing = [...document.querySelectorAll("form[data-keep]")].map((form) => ({ form, changed: false }));

async function keep(one, more) {
  if (!one.changed) return;
  one.changed = false;
  const body = new URLSearchParams(new FormData(one.form));
  body.set("by_page", "1");
  const answer = await fetch(one.form.dataset.keep, { method: "POST", body, redirect: "error", ...more }).catch(() => null);
  if (!answer?.ok) one.changed = true;
  one.form.querySelector("[data-not-kept]").hidden = Boolean(answer?.ok);
}

for (const one of writing) {
  one.form.addEventListener("input", () => { one.changed = true; });
  one.form.addEventListener("submit", () => { one.sent = true; });
  setInterval(() => { if (!one.sent) keep(one); }, EVERY);
}

// Any button of the page, "Sign out" too, waits until what stands in the other forms is kept.
let waited = false;
document.addEventListener("submit", async (event) => {
  const others = writing.filter((one) => one.form !== event.target && one.changed);
  if (waited || !others.length) return;
  event.preventDefault();
  await Promise.all(others.map((one) => keep(one)));
  waited = true;
  event.target.requestSubmit(event.submitter);
});
addEventListener("pagehide", () => { for (const one of writing) if (!one.sent) keep(one, { keepalive: true }); });

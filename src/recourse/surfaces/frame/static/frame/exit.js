// Leaves at once: the page goes blank first, then another takes its place. Shift three times does the same as the link.
// Without this file the link still leaves; it cannot hide this page while the other one loads.
const link = document.querySelector("a.exit");
const told = document.getElementById("exit-told");
const WITHIN = 5000; // milliseconds for three presses
let presses = 0;
let withAnother = false; // Shift held for a capital letter is no press
let timer;

function leave() {
  document.body.hidden = true;
  document.dispatchEvent(new Event("leaving")); // whoever is at work on this page stops
  document.title = " ";
  navigator.sendBeacon(link.getAttribute("href")); // ends the open case; nobody waits for the answer
  location.replace(link.dataset.to);
}

function forget() {
  presses = 0;
  told.textContent = "";
}

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

document.addEventListener("keyup", (event) => {
  const alone = event.key === "Shift" && !withAnother;
  withAnother = event.shiftKey && event.key !== "Shift";
  if (!alone) {
    if (event.key !== "Shift") forget();
    return;
  }
  presses += 1;
  if (presses === 3) return leave();
  told.textContent = presses === 1 ? link.dataset.two : link.dataset.one;
  clearTimeout(timer);
  timer = setTimeout(forget, WITHIN);
});

// A browser that keeps the page in memory may bring it back: ask the server, which no longer shows it.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

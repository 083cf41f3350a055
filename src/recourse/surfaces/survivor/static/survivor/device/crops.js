// Sections of a picture that find copies which were cut at the edges: the whole, eight that lose the same share
// on every side, twenty that lose a share on one side. Refuses: to be shared. More hashes say more of a picture.

const CENTRED = [0.03, 0.06, 0.09, 0.12, 0.15, 0.18, 0.21, 0.24]; // of both sides together
const ONE_SIDED = [0.04, 0.08, 0.12, 0.16, 0.2];

/** -> 29 of {left, top, right, bottom} in pixels, the whole first; the order is the position that is sent. */
export function sections(width, height) {
  const cuts = [0, ...CENTRED].map((share) => Array(4).fill(share / 2));
  for (let side = 0; side < 4; side++) {
    for (const share of ONE_SIDED) cuts.push([0, 1, 2, 3].map((k) => (k === side ? share : 0)));
  }
  return cuts.map(([left, top, right, bottom]) => ({
    left: Math.trunc(width * left),
    top: Math.trunc(height * top),
    right: Math.trunc(width * (1 - right)),
    bottom: Math.trunc(height * (1 - bottom)),
  }));
}

// PDQ, the perceptual hash of https://github.com/facebook/ThreatExchange/tree/main/pdq, from rows of brightness.
//
// The reference runs a box filter twice over the whole picture and keeps 64 x 64 samples. Both steps are linear
// and separable, so each sample is a weighted sum over a short run of rows and columns: one pass is enough, and
// rows may come in strips. Refuses: to keep pixels. It holds 64 x 64 numbers and one row.

const SAMPLES = 64;
const KEPT = 16; // coefficients along each side
const FLAT = 90; // steps between neighbours for one point of quality

export const MINIMUM_QUALITY = 50; // below it a hash also fits other plain pictures, and is not to be matched
export const LIKENESS = 31; // bits; the usual largest distance of two hashes of one picture

/** One picture's hash in the making: give every row from top to bottom, then ask for the hash. */
export class Pdq {
  constructor(width, height) {
    if (!(width > 0 && height > 0)) throw new RangeError("a picture has a width and a height");
    this.width = width;
    this.height = height;
    this.columns = runs(width);
    this.rows = runs(height);
    this.samples = new Float64Array(SAMPLES * SAMPLES);
    this.across = new Float64Array(SAMPLES);
    this.row = 0;
    this.open = 0; // the first sample whose run of rows has not ended
  }

  /** One row of brightness, 0 to 255, that begins at `offset` of any array of numbers. */
  add(luma, offset = 0) {
    const { columns, rows, samples, across } = this;
    const y = this.row++;
    for (let s = 0; s < SAMPLES; s++) {
      const weights = columns.weights[s], from = offset + columns.begin[s];
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += luma[from + i] * weights[i];
      across[s] = sum;
    }
    while (this.open < SAMPLES && rows.end[this.open] <= y) this.open++;
    for (let s = this.open; s < SAMPLES && rows.begin[s] <= y; s++) {
      if (y >= rows.end[s]) continue;
      const weight = rows.weights[s][y - rows.begin[s]];
      for (let i = 0, at = s * SAMPLES; i < SAMPLES; i++) samples[at + i] += weight * across[i];
    }
  }

  /** -> {hash, quality}: 64 hexadecimal digits, 0 to 100. */
  finish() {
    if (this.row !== this.height) throw new RangeError(`${this.height} rows were promised, ${this.row} came`);
    return { hash: digits(cosines(this.samples)), quality: quality(this.samples) };
  }
}

/** For each sample along a side: the first pixel of its run, the one after its last, and every pixel's weight. */
function runs(length) {
  const box = Math.ceil(length / 128), half = (box + 2) >> 1;
  const window = (i) => [Math.max(0, i + half - box), Math.min(length - 1, i + half - 1)];
  const begin = new Int32Array(SAMPLES), end = new Int32Array(SAMPLES), weights = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const [first, last] = window(Math.floor(((sample + 0.5) * length) / SAMPLES));
    const from = window(first)[0];
    const run = new Float64Array(window(last)[1] - from + 1);
    for (let i = first; i <= last; i++) {
      const [low, high] = window(i);
      const share = 1 / ((high - low + 1) * (last - first + 1));
      for (let j = low; j <= high; j++) run[j - from] += share;
    }
    begin[sample] = from;
    end[sample] = from + run.length;
    weights.push(run);
  }
  return { begin, end, weights };
}

const WAVES = Array.from({ length: KEPT }, (_, i) =>
  Float64Array.from({ length: SAMPLES }, (_, j) => Math.sqrt(2 / SAMPLES) * Math.cos((Math.PI / 2 / SAMPLES) * (i + 1) * (2 * j + 1))));

/** The 16 x 16 lowest cosine coefficients, the constant ones left out. */
function cosines(samples) {
  const down = new Float64Array(KEPT * SAMPLES), out = new Float64Array(KEPT * KEPT);
  for (let i = 0; i < KEPT; i++) {
    for (let k = 0; k < SAMPLES; k++) {
      const wave = WAVES[i][k];
      for (let j = 0; j < SAMPLES; j++) down[i * SAMPLES + j] += wave * samples[k * SAMPLES + j];
    }
    for (let j = 0; j < KEPT; j++) {
      let sum = 0;
      for (let k = 0; k < SAMPLES; k++) sum += down[i * SAMPLES + k] * WAVES[j][k];
      out[i * KEPT + j] = sum;
    }
  }
  return out;
}

/** A bit for each coefficient: whether it is above the median. The last coefficient is the first digit's highest bit. */
function digits(coefficients) {
  const median = coefficients.slice().sort()[(KEPT * KEPT) / 2 - 1];
  let hash = "";
  for (let k = KEPT * KEPT - 4; k >= 0; k -= 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit++) if (coefficients[k + bit] > median) digit |= 1 << bit;
    hash += digit.toString(16);
  }
  return hash;
}

/** How much there is to see: the sum of the steps between neighbouring samples. */
function quality(samples) {
  const step = (a, b) => Math.abs(Math.trunc(((a - b) * 100) / 255));
  let sum = 0;
  for (let i = 0; i < SAMPLES; i++) {
    for (let j = 0; j < SAMPLES; j++) {
      const at = i * SAMPLES + j;
      if (i < SAMPLES - 1) sum += step(samples[at], samples[at + SAMPLES]);
      if (j < SAMPLES - 1) sum += step(samples[at], samples[at + 1]);
    }
  }
  return Math.min(100, Math.floor(sum / FLAT));
}

/** In how many bits two hashes differ, 0 to 256. */
export function distance(one, other) {
  let bits = 0;
  for (let i = 0; i < 64; i++) {
    for (let rest = parseInt(one[i], 16) ^ parseInt(other[i], 16); rest; rest &= rest - 1) bits++;
  }
  return bits;
}

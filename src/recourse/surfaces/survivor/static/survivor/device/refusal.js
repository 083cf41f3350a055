// Why a file gets no fingerprint. `code` picks the sentence that stands on the page in her language; `detail`
// is for whoever mends this. Refuses: to carry anything of the file itself.

export class Refusal extends Error {
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
  }
}

/** Runs `work`; whatever it throws that is not a Refusal becomes one with this code. */
export async function refusing(code, work) {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(code, String(error));
  }
}

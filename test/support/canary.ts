/**
 * Secrets that are followed through everything that comes out: as they are, in hex, in base64 and percent-encoded.
 */

/** The forms in which a secret might show up in an output. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "latin1");
  // Whatever stands around it, three alignments of base64 are possible; the first and last characters depend on the neighbours.
  const aligned = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64").replace(/=+$/, "").slice(Math.ceil((shift * 8) / 6) + 1, -2));
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  return [secret, bytes.toString("hex"), percent, ...aligned, ...aligned.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** Fails when a secret stands in the output in any form; the message does not repeat it. */
export function expectSilent(output: string, secrets: readonly string[]): void {
  const lower = output.toLowerCase();
  for (const [place, secret] of secrets.entries()) {
    if (secret.length < 8) throw new Error("a canary must be long enough to be no accident");
    for (const [form, text] of formsOf(secret).entries()) {
      const shown = form === 1 || form === 2 ? lower.includes(text) : output.includes(text);
      if (shown) throw new Error(`secret ${place} stands in the output, in form ${form}`);
    }
  }
}

/**
 * The transformer of the ordinary suites, with one text of one source file changed first: how a mutation of our own code gets
 * under tests that nobody changed. MOTET_MUTATION holds {"file","from","to"}; without it, nothing is changed.
 */
import { createHash } from "node:crypto";
import swc from "@swc/jest";

const mutation = JSON.parse(process.env["MOTET_MUTATION"] ?? "null");

function mutated(source, path) {
  if (mutation === null || !path.endsWith(`/${mutation.file}`)) return source;
  if (source.split(mutation.from).length !== 2) throw new Error(`${mutation.file} does not hold exactly once: ${mutation.from}`);
  return source.replace(mutation.from, () => mutation.to);
}

export default {
  createTransformer: (options) => {
    const inner = swc.createTransformer(options);
    return {
      canInstrument: false,
      process: (source, path, jest) => inner.process(mutated(source, path), path, jest),
      getCacheKey: (source, path, jest) => createHash("sha256").update(inner.getCacheKey(mutated(source, path), path, jest)).digest("hex"),
    };
  },
};

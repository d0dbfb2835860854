/**
 * What a release is made of, from the lockfile alone, as CycloneDX 1.5: every package that is installed with it, with version, licence,
 * checksum, and what needs it. Packages for development are left out. (`npm sbom --omit dev` of npm 11 also leaves out what both need.)
 *
 * Prints to standard output. The same lockfile gives the same text.
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const root = lock.packages[""];
const FOLDER = "node_modules/";

const nameOf = (path, entry) => entry.name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
const purlOf = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`;

/** The folder that a package finds another one in: its own, or that of one above it. */
function found(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(FOLDER) - 1))) {
    const path = `${folder === "" ? "" : `${folder}/`}${FOLDER}${name}`;
    if (lock.packages[path] !== undefined) return path;
    if (folder === "") return undefined;
  }
}

/** Every package that the product needs, by its path in the lockfile, to the paths that it needs in turn. */
function reached() {
  const needs = new Map();
  const waiting = [["", { ...root.dependencies, ...root.optionalDependencies }]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, wanted] = next;
    if (needs.has(path)) continue;
    const paths = Object.keys(wanted).map((name) => found(path, name)).filter((each) => each !== undefined);
    needs.set(path, paths);
    for (const each of paths) {
      const { dependencies, optionalDependencies, peerDependencies } = lock.packages[each];
      waiting.push([each, { ...dependencies, ...optionalDependencies, ...peerDependencies }]);
    }
  }
  return needs;
}

/** One package. A link stands for a folder of this repository. */
function component(path) {
  const entry = lock.packages[path];
  const { version, license, integrity } = entry.link ? lock.packages[entry.resolved] : entry;
  const name = nameOf(path, entry);
  const [algorithm, sum] = integrity?.split("-") ?? [];
  return {
    type: "library",
    "bom-ref": path,
    name,
    version,
    purl: purlOf(name, version),
    ...(license === undefined ? {} : { licenses: [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }] }),
    ...(algorithm === undefined ? {} : { hashes: [{ alg: algorithm.toUpperCase().replace("SHA", "SHA-"), content: Buffer.from(sum, "base64").toString("hex") }] }),
  };
}

const needs = reached();
const paths = [...needs.keys()].filter((path) => path !== "").sort();
const own = { type: "framework", "bom-ref": "motet", name: root.name, version: root.version, purl: purlOf(root.name, root.version), licenses: [{ license: { id: root.license } }] };
const bom = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: { component: own },
  components: paths.map(component),
  dependencies: [["", "motet"], ...paths.map((path) => [path, path])].map(([path, ref]) => ({ ref, dependsOn: [...new Set(needs.get(path))].sort() })),
};
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);

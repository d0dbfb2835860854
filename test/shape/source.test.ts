/** The shape of the whole source: directions of imports, nothing dead, nothing private to one machine. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { circles, danglingImports, deadFiles, wrongArrows, wrongPackages } from "./arrows";
import { importsOf, isTest, readTree } from "./graph";
import { isProductionRoot, servesTests } from "./roots";
import { hasHeader, idleTests, lockedAddresses, machinePaths, missingNames, strayNames, unlockedOptions } from "./text";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const tree = readTree(".");
const paths = [...tree.keys()];
const imports = importsOf(tree);
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const scripts = ["package.json", "Makefile", "eslint.config.js"].map((path) => readFileSync(path, "utf8")).join("\n");

test("the source was found", () => {
  expect(paths.length).toBeGreaterThan(100);
  expect(imports.length).toBeGreaterThan(200);
});

test("imports point one way", () => {
  expect(wrongArrows(imports)).toEqual([]);
});

test("devices import neither Node nor packages, and everything else only what package.json gives it", () => {
  const shipped = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)];
  expect(wrongPackages(imports, { shipped, all: [...shipped, ...Object.keys(manifest.devDependencies)] })).toEqual([]);
});

test("every import names a file", () => {
  expect(danglingImports(imports, existsSync)).toEqual([]);
});

test("files import in no circle", () => {
  expect(circles(imports)).toEqual([]);
});

test("no dead file: production code is reached without the tests, and what serves tests by a test", () => {
  const production = paths.filter((path) => !servesTests(path));
  expect(deadFiles(production, imports, (path) => isProductionRoot(path, scripts))).toEqual([]);
  // A program that a test or a bench starts is named there by its path.
  const started = (path: string): boolean => [...tree].some(([from, text]) => from !== path && servesTests(from) && text.includes(`"${path}"`));
  const isRoot = (path: string): boolean => isTest(path) || started(path) || isProductionRoot(path, scripts);
  expect(deadFiles(paths.filter(servesTests), imports, isRoot)).toEqual([]);
});

test("every file says at its top what it is", () => {
  expect(paths.filter((path) => !isTest(path) && !hasHeader(tree.get(path) ?? ""))).toEqual([]);
});

test("the top level is the one of the design", () => {
  expect(strayNames(readdirSync("."))).toEqual([]);
});

test("no path of somebody's machine in committed text", () => {
  const listed = spawnSync("git", ["ls-files", "-z"], { encoding: "utf8" }).stdout.split("\0");
  const texts = (listed.length > 1 ? listed : paths).filter((path) => /\.(ts|js|mjs|json|md|sh|lua|yml)$|Makefile|^\.ci\//.test(path));
  const found = texts.filter((path) => existsSync(path)).flatMap((path) => machinePaths(path, readFileSync(path, "utf8")));
  expect(found.filter((place) => !place.startsWith("test/shape/"))).toEqual([]);
});

test("no test stands idle", () => {
  expect(paths.filter((path) => isTest(path) && !path.startsWith("test/shape/")).flatMap((path) => idleTests(path, tree.get(path) ?? ""))).toEqual([]);
});

test("the lockfile leaves the registry to whoever installs, and holds the packages of every machine", () => {
  const lockfile = readFileSync("package-lock.json", "utf8");
  expect(lockedAddresses(lockfile)).toEqual([]);
  expect(unlockedOptions(lockfile)).toEqual([]);
});

test("documents name files that exist", () => {
  const documents = ["README.md", ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((path) => `docs/${path}`)];
  const texts = documents.filter((path) => path.endsWith(".md") && existsSync(path));
  expect(texts.flatMap((path) => missingNames(readFileSync(path, "utf8"), existsSync).map((name) => `${path}: ${name}`))).toEqual([]);
});

/**
 * Where reachability begins: what is started by a person, by npm or make, by the compiler, or by a generated entry.
 */

/** Files that something outside the import graph names, and what does. */
const named: readonly RegExp[] = [
  /^cli\/main\.ts$/,
  /^firmware\/index\.ts$/,
  /^firmware\/(apps|drivers)\/[^/]+\.ts$/,
  // Lowered apps import these (boards/toolchain/lower/methods.ts names them as text).
  /^firmware\/base\/app-support-[a-z]+\.ts$/,
  // The compiler reads declarations by its own settings.
  /\.d\.ts$/,
  // The virtual world is a bench of its own: suites and fleets are built upon it.
  /^sim\/world\/world\.ts$/,
  // Apps import what they watch ("motet/watch/<platform>").
  /^firmware\/platform\/[a-z]+\/watch\.ts$/,
  // Adapters are named by the generated entry of a device build, by their runtime.
  /^hal\/(espruino|nodemcu)\/(index|start)\.ts$/,
  // The generated entry of a device build (boards/toolchain/compile/entry.ts) names these as text.
  /^firmware\/agent\/(boot|provision|link-(?:[a-z]+|mqtt-ws)|watch-boot|watcher|watch-(ws|sio))\.ts$/,
  /^firmware\/platform\/[a-z]+\/(mqtt|coap|ws|realtime)\.ts$/,
];

/**
 * Roots of production code: tests do not keep it alive.
 *
 * @param scripts the text of package.json, Makefile and the lint configuration: a file that they name is a root
 */
export function isProductionRoot(path: string, scripts: string): boolean {
  return named.some((pattern) => pattern.test(path)) || scripts.includes(path);
}

/** True for files that exist for tests: their roots are tests, and they may be reached from nothing else. */
export function servesTests(path: string): boolean {
  return /^(test|hal\/contract)\//.test(path) || path.endsWith(".test.ts");
}

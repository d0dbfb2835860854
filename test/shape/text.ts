/**
 * Rules about committed text: what a reader elsewhere could not use, and what a test must not contain.
 */

/** Folders and files that may stand at the top. */
const top = new Set([
  ...["firmware", "hal", "sim", "boards", "test", "cli", "docs"],
  ...[".ci", ".git", ".github", ".gitignore", ".npmrc", ".editorconfig", ".motet", "coverage", "dist", "node_modules"],
  ...["package.json", "package-lock.json", "tsconfig.json", "eslint.config.js"],
  ...["Makefile", "README.md", "LICENSE", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md"],
]);

/** Names at the top that the layout does not have. */
export function strayNames(names: readonly string[]): string[] {
  return names.filter((name) => !top.has(name));
}

/** Paths that only exist on somebody's machine, as "file:line: path". */
export function machinePaths(path: string, text: string): string[] {
  const pattern = /(?<![\w.$}/-])\/(work|root|tmp|home|Users)\/[\w.-]+/g;
  return text.split("\n").flatMap((line, index) => [...line.matchAll(pattern)].map((match) => `${path}:${index + 1}: ${match[0]}`));
}

/** Packages of a lockfile that name an address instead of leaving it to the registry in use. */
export function lockedAddresses(lockfile: string): string[] {
  const { packages } = JSON.parse(lockfile) as { packages: Record<string, { resolved?: string }> };
  return Object.entries(packages).flatMap(([name, { resolved }]) => (resolved?.includes("://") === true ? [`${name}: ${resolved}`] : []));
}

/**
 * Optional packages (the builds of a package for other machines) that the lockfile leaves out: `npm ci` then refuses to
 * install at all. They fall out when the lockfile is written against a registry that lacks them.
 */
export function unlockedOptions(lockfile: string): string[] {
  const { packages } = JSON.parse(lockfile) as { packages: Record<string, { optionalDependencies?: Record<string, string> }> };
  const held = Object.keys(packages);
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}));
  return wanted.filter((name) => !held.some((path) => path.endsWith(`node_modules/${name}`)));
}

/**
 * Tests that do not run: skipped, unwritten, or hidden by one that runs alone. A suite may be skipped where the peer that
 * it talks to is not installed, and has to say so; tests for the real interpreter are, through `onEspruino`, where there is none.
 */
export function idleTests(path: string, text: string): string[] {
  const pattern = /(?:\b(?:test|it|describe|statement)\.(?:skip|only|todo)\b|^\s*(?:xtest|xit|xdescribe|fit|fdescribe)\(["'`])/;
  return text.split("\n").flatMap((line, index) => (pattern.test(line) && !/describe\.skip\(.*is not installed|^const onEspruino = .*\? test(\.skip)? : test(\.skip)?;$/.test(line) ? [`${path}:${index + 1}`] : []));
}

/** Paths that a document names in backquotes and that do not exist. */
export function missingNames(document: string, exists: (path: string) => boolean): string[] {
  const names = [...document.matchAll(/`((?:firmware|hal|sim|boards|test|cli|docs)\/[\w./-]*)`/g)].map((match) => match[1] ?? "");
  return names.filter((name) => !exists(name.replace(/\/$/, "")) && !exists(`${name}.ts`));
}

/** True if the file says in a comment at its top what it is. */
export function hasHeader(text: string): boolean {
  return text.replace(/^#!.*\n/, "").startsWith("/**");
}

/** The list of what an image has one of, against the framework's source: a name that is wrong there costs memory, or an image. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { singletonNames } from "./singletons";

const root = join(__dirname, "..", "..", "..", "..");

/** Interfaces of the framework, by name: where each is declared, and what it extends. */
const declared = new Map<string, { readonly path: string; readonly extended: readonly string[] }[]>();
for (const folder of ["firmware", "hal"]) {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((path) => /(?<!\.test|\.d)\.ts$/.test(path));
  for (const path of paths) {
    const source = ts.createSourceFile(path, readFileSync(join(root, folder, path), "utf8"), ts.ScriptTarget.ES2022);
    for (const node of source.statements) {
      if (!ts.isInterfaceDeclaration(node)) continue;
      const extended = (node.heritageClauses ?? []).flatMap(({ types }) => types.map(({ expression }) => expression.getText(source)));
      declared.set(node.name.text, [...(declared.get(node.name.text) ?? []), { path: `${folder}/${path}`, extended }]);
    }
  }
}

test.each([...singletonNames])("%s is one interface of the framework, and what it extends is a singleton too", (name) => {
  const found = declared.get(name) ?? [];
  expect(found.map(({ path }) => path)).toHaveLength(1);
  expect(found.flatMap(({ extended }) => extended).filter((each) => !singletonNames.has(each))).toEqual([]);
});

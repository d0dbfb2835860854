/**
 * What `npm run lint` refuses. For device code it is the dialect that all engines share (each ban with its remedy); for
 * the rest it is the usual care. Exemptions stand here, by file, never in the files.
 */
import eslint from "@eslint/js";
import tseslint from "typescript-eslint";
import device from "./test/lint/device-plugin.mjs";

/** Bans that a selector can express: name, selector, what to write instead. */
const bans = [
  ["class", "ClassDeclaration, ClassExpression", "No classes: a struct and functions."],
  ["this", "ThisExpression", "No this: the struct is the first argument."],
  ["new", "NewExpression", "No new: a function returns a struct."],
  ["throw", "ThrowStatement", "No throw: return a code."],
  ["try", "TryStatement", "No try: functions return codes."],
  ["do", "DoWhileStatement", "No do loops: once a minifier takes the braces away, Espruino cannot read them; use while."],
  ["label", "LabeledStatement", "No labels: a function with return."],
  ["for-in", "ForInStatement", "No for-in: order differs; use an array."],
  ["spread", "SpreadElement", "No spread: Espruino cannot read it; write the fields out."],
  ["rest", "RestElement", "No rest parameters or elements."],
  ["default", "AssignmentPattern", "No default values: pass every argument."],
  ["destructuring", "ObjectPattern, ArrayPattern", "No destructuring: read the fields."],
  ["optional-chain", "ChainExpression", "No ?. : test for undefined."],
  ["logical-assign", "AssignmentExpression[operator=/^(\\|\\||&&|\\?\\?)=$/]", "No logical assignment: test and assign."],
  ["tagged-template", "TaggedTemplateExpression", "No tagged templates."],
  ["async", "AwaitExpression, :function[async=true], ForOfStatement[await=true]", "No async: a callback on a later turn."],
  ["generator", "YieldExpression, :function[generator=true]", "No generators."],
  ["computed-key", "Property[computed=true]", "No computed keys: Espruino cannot read them."],
  ["accessor", "Property[kind=/^(get|set)$/], TSAbstractAccessorProperty", "No getters or setters: a function."],
  ["regexp", "Literal[regex]", "No regular expressions: Espruino's differ."],
  ["bigint", "Literal[bigint]", "No bigints."],
  ["null", "Literal[raw='null']", "No null: undefined."],
  ["unary", "UnaryExpression[operator=/^([+~]|delete|void)$/]", "No unary +, ~, delete or void."],
  ["divide", "BinaryExpression[operator='/'], AssignmentExpression[operator='/=']", "No division: idiv."],
  ["power", "BinaryExpression[operator='**'], AssignmentExpression[operator='**=']", "No **: multiply."],
  ["in", "BinaryExpression[operator=/^(in|instanceof)$/]", "No in or instanceof."],
  ["loose-equal", "BinaryExpression[operator=/^[=!]=$/]", "No loose comparison: === and !==."],
  ["sequence", "SequenceExpression", "No comma expressions: statements."],
  ["enum", "TSEnumDeclaration[const!=true]", "No plain enum: const enum."],
  ["namespace", "TSModuleDeclaration[kind!='global']", "No namespaces."],
  ["decorator", "Decorator", "No decorators."],
  ["meta", "MetaProperty, ImportExpression", "No import.meta, no import(): imports stand at the top."],
  ["function-expression", "VariableDeclarator > FunctionExpression", "A function declaration, or an arrow function."],
  ["arguments", "Identifier[name='arguments']", "No arguments object."],
  ["default-export", "ExportDefaultDeclaration, ExportAllDeclaration[exportKind!='type']", "Export by name."],
  ["accessors-of-function", "MemberExpression[property.name=/^(call|apply|bind|prototype|constructor|__proto__)$/]", "No call, apply, bind or prototypes."],
];

/** Bans that also hold for apps, whose wider dialect the build lowers. */
const appBans = ["class", "this", "new", "throw", "try", "label", "for-in", "tagged-template", "async", "generator", "accessor", "regexp", "bigint", "null", "unary", "power", "in", "loose-equal", "enum", "namespace", "decorator", "meta", "arguments", "accessors-of-function"];

const restricted = (isBanned) => ["error", ...bans.filter(([name]) => isBanned(name)).map(([, selector, message]) => ({ selector, message }))];
const allBut = (...exempt) => restricted((name) => !exempt.includes(name));

const deviceFiles = ["firmware/**/*.ts", "hal/ports/**/*.ts", "test/engines/programs/**/*.ts"];
const notDevice = ["**/*.test.ts", "firmware/apps/**", "firmware/lib/**", "**/*.d.ts"];

const deviceGlobals = [
  "Array", "ArrayBuffer", "BigInt", "Boolean", "Buffer", "DataView", "Date", "E", "Error", "Function", "Infinity", "JSON", "Map", "NaN", "Number",
  "Object", "Promise", "Proxy", "Reflect", "RegExp", "Set", "Symbol", "Uint8Array", "WeakMap", "WeakSet", "clearInterval", "clearTimeout",
  "console", "decodeURIComponent", "encodeURIComponent", "eval", "fetch", "globalThis", "isNaN", "parseFloat", "parseInt", "process",
  "queueMicrotask", "require", "setImmediate", "setInterval", "setTimeout",
].map((name) => ({ name, message: "Not on every engine: a port, or a function of firmware/base." }));

/** The strict dialect: language rules of ESLint's own, of typescript-eslint, and ours. */
const deviceRules = {
  "no-restricted-syntax": allBut(),
  "no-restricted-globals": ["error", ...deviceGlobals],
  "no-bitwise": "error",
  "no-var": "error",
  "prefer-const": "error",
  eqeqeq: "error",
  "no-labels": "error",
  "no-loop-func": "error",
  "default-case-last": "error",
  "default-case": "off",
  "no-eval": "error",
  "no-implied-eval": "off",
  "no-new-func": "error",
  "no-unexpected-multiline": "error",
  "no-unreachable": "error",
  "no-shadow": "off",
  "@typescript-eslint/no-shadow": ["error", { ignoreTypeValueShadow: true }],
  "@typescript-eslint/no-use-before-define": ["error", { functions: true, classes: true, variables: true, enums: true, typedefs: false, ignoreTypeReferences: true }],
  "@typescript-eslint/strict-boolean-expressions": ["error", { allowString: false, allowNumber: false, allowNullableObject: true }],
  "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignoreIfStatements: true }],
  "max-lines": ["error", { max: 300 }],
  "max-lines-per-function": ["error", { max: 70 }],
  "device/ascii-only": "error",
  "device/for-of-arrays": "error",
  "device/integer-literals": "error",
  "device/load-work": "error",
  "device/loop-capture": "error",
  "device/members": "error",
  "device/module-state": "error",
  "device/no-recursion": "error",
  "device/remainder": "error",
  "device/template-names": "error",
  "device/text-order": "error",
  "device/void-this": "error",
};

/** Apps and what users write: bans that the build does not lower. */
const appRules = {
  "no-restricted-syntax": restricted((name) => appBans.includes(name)),
  "no-restricted-globals": ["error", ...deviceGlobals],
  "no-bitwise": "error",
  "no-var": "error",
  "prefer-const": "error",
  eqeqeq: "error",
  "default-case-last": "error",
  "@typescript-eslint/no-use-before-define": ["error", { functions: true, classes: true, variables: true, typedefs: false, ignoreTypeReferences: true }],
  "@typescript-eslint/strict-boolean-expressions": ["error", { allowString: false, allowNumber: false, allowNullableObject: true }],
  "max-lines": ["error", { max: 300 }],
  "max-lines-per-function": ["error", { max: 70 }],
  "device/ascii-only": "error",
  "device/literal-range": "error",
  "device/text-order": "error",
};

const hostRules = {
  "@typescript-eslint/no-explicit-any": "error",
  "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: true }],
  "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
  "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_", ignoreRestSiblings: true }],
  eqeqeq: "error",
  "no-var": "error",
  "prefer-const": "error",
  "max-lines": ["error", { max: 300 }],
  "max-lines-per-function": ["error", { max: 70 }],
  // A value given at the declaration and in every branch reads better than a declaration without one.
  "no-useless-assignment": "off",
};

/** The whole configuration for a tree at `root`; tests run it over a tree of their own. */
export function configFor(root) {
  return tseslint.config(
    { ignores: ["node_modules/", "dist/", "coverage/", ".motet/", "**/*.d.ts"] },
    eslint.configs.recommended,
    { files: ["**/*.js", "**/*.mjs"], languageOptions: { globals: { process: "readonly", console: "readonly" } } },
    {
      files: ["**/*.ts"],
      extends: [tseslint.configs.recommended],
      languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
      linterOptions: { noInlineConfig: true },
      plugins: { device },
      rules: hostRules,
    },
    {
      files: ["**/*.test.ts", "test/**/*.ts", "hal/contract/**/*.ts"],
      rules: { "device/no-sleep": "error", "max-lines-per-function": "off", "@typescript-eslint/no-unused-expressions": "error" },
    },
    { files: deviceFiles, ignores: notDevice, rules: deviceRules },
    { files: ["firmware/apps/**/*.ts"], ignores: ["**/*.test.ts"], rules: appRules },
    // Adapters: the dialect, with what their one engine offers and the exceptions that it throws, turned into codes here.
    {
      files: ["hal/espruino/**/*.ts", "hal/nodemcu/**/*.ts"],
      ignores: ["**/*.d.ts", "**/*.test.ts"],
      rules: {
        ...deviceRules,
        "no-restricted-syntax": allBut("try", "new", "null", "divide", "unary", "function-expression", "this", "accessors-of-function"),
        // Its modules are in the engine.
        "@typescript-eslint/no-require-imports": "off",
        "no-restricted-globals": "off",
        "device/members": "off",
        "device/module-state": "off",
        "device/load-work": "off",
        "device/integer-literals": "off",
      },
    },
    // Drivers hold single-precision values and divide; nothing above them does.
    {
      files: ["firmware/drivers/**/*.ts"],
      ignores: ["**/*.test.ts"],
      rules: { "no-restricted-syntax": allBut("divide"), "device/integer-literals": "off", "device/literal-range": "error" },
    },
    // The border where an app's fractions become the framework's integers, and back.
    { files: ["firmware/agent/quantise.ts"], rules: { "no-restricted-syntax": allBut("divide") } },
    // What apps do with fractions, lowered to calls: divided and rounded here.
    {
      files: ["firmware/base/app-support-*.ts"],
      ignores: ["**/*.test.ts"],
      rules: { "no-restricted-syntax": allBut("divide"), "device/integer-literals": "off", "device/literal-range": "error" },
    },
    // A broken promise of our own must not go on: the one throw.
    { files: ["firmware/base/check.ts"], rules: { "no-restricted-syntax": allBut("throw", "new"), "no-restricted-globals": "off" } },
    // Here, and here alone, bytes are touched and divided by the language's own means.
    {
      files: ["firmware/base/intrinsics.ts"],
      rules: { "no-restricted-syntax": allBut("divide"), "no-bitwise": "off", "device/members": "off" },
    },
    // Searching for more than one byte, and what an engine gets wrong about it, stands here.
    { files: ["firmware/base/find.ts"], rules: { "device/members": "off" } },
  );
}

export default configFor(import.meta.dirname);

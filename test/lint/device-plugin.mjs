/**
 * ESLint rules of device TypeScript that no published rule covers. Each says what to write instead.
 */
import ts from "typescript";

const integerMax = 2147483647;

function rule(message, create) {
  return { meta: { type: "problem", schema: [], messages: { bad: message } }, create };
}

function isAscii(text) {
  return [...text].every((char) => char.codePointAt(0) < 128);
}

const asciiOnly = rule("Only ASCII outside comments, escapes included; bytes above 127 come from chr().", (context) => {
  const check = (node, ...texts) => {
    if (!texts.every(isAscii)) context.report({ node, messageId: "bad" });
  };
  return {
    Literal: (node) => check(node, node.raw, String(node.value)),
    TemplateElement: (node) => check(node, node.value.raw, node.value.cooked ?? ""),
    Identifier: (node) => check(node, node.name),
  };
});

const integerLiterals = rule("Numbers are integers within 2^31-1, written in plain digits or 0x; scale fractions.", (context) => ({
  Literal(node) {
    if (typeof node.value !== "number") return;
    const plain = /^(0x[0-9a-f]+|[0-9]+)$/i.test(node.raw);
    if (!plain || node.value > integerMax) context.report({ node, messageId: "bad" });
  },
}));

const literalRange = rule("Numbers lie within single precision; no exponent form.", (context) => ({
  Literal(node) {
    if (typeof node.value !== "number") return;
    if (/^[0-9.]*e/i.test(node.raw) || node.value > integerMax) context.report({ node, messageId: "bad" });
  },
}));

function isName(node) {
  if (node.type === "Identifier") return true;
  return node.type === "MemberExpression" && !node.computed && isName(node.object);
}

const templateNames = rule("A template's hole holds a name or a member, and that is text or an integer.", (context) => {
  const types = typesOf(context);
  return {
    TemplateLiteral(node) {
      for (const hole of node.expressions) {
        if (!isName(hole) || !types.is(hole, ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike)) {
          context.report({ node: hole, messageId: "bad" });
        }
      }
    },
  };
});

const voidThis = rule("A function type begins with `this: void`; without it Lua passes a self argument.", (context) => {
  const check = (node) => {
    const first = node.params[0];
    const isThis = first?.type === "Identifier" && first.name === "this";
    if (!isThis || first.typeAnnotation?.typeAnnotation.type !== "TSVoidKeyword") context.report({ node, messageId: "bad" });
  };
  return { TSFunctionType: check, TSMethodSignature: check, TSCallSignatureDeclaration: check };
});

/** Questions about types, by nodes of the syntax tree. */
function typesOf(context) {
  const services = context.sourceCode.parserServices;
  const checker = services.program.getTypeChecker();
  const parts = (type) => (type.isUnion() ? type.types.flatMap(parts) : [type]);
  const typeAt = (node) => checker.getBaseConstraintOfType(services.getTypeAtLocation(node)) ?? services.getTypeAtLocation(node);
  const is = (node, flags) => parts(typeAt(node)).every((type) => (type.flags & flags) !== 0);
  const isArray = (node) => parts(typeAt(node)).every((type) => checker.isArrayType(type) || checker.isTupleType(type));
  return { services, checker, parts, typeAt, is, isArray };
}

const stringMembers = new Set(["length", "indexOf"]);
const intrinsicMembers = new Set(["charCodeAt", "substring", "fromCharCode"]);
const arrayMembers = new Set(["length", "push", "pop", "shift", "join"]);

/** False for what is seen to be more than one byte, or none. */
function isOneByte(node) {
  if (node?.type === "Literal") return node.value.length === 1;
  return node?.type === "Identifier" || (node?.type === "CallExpression" && node.callee.name === "chr");
}

const members = rule("Not in device code: of strings only length and indexOf of one byte (find() for more), of arrays only length, push, pop, shift and join; bytes by at, sub and chr.", (context) => {
  const types = typesOf(context);
  return {
    MemberExpression(node) {
      const isText = types.is(node.object, ts.TypeFlags.StringLike);
      const isList = types.isArray(node.object);
      if (node.computed) {
        if (isText) context.report({ node, messageId: "bad" });
        return;
      }
      const name = node.property.name;
      const allowed = isText ? stringMembers : isList ? arrayMembers : undefined;
      if (intrinsicMembers.has(name) || (allowed !== undefined && !allowed.has(name))) context.report({ node, messageId: "bad" });
      if (isList && name === "length" && node.parent.type === "AssignmentExpression" && node.parent.left === node) {
        context.report({ node, messageId: "bad" });
      }
      if (isText && name === "indexOf" && !isOneByte(node.parent.arguments?.[0])) context.report({ node, messageId: "bad" });
      const isCall = node.parent.type === "CallExpression" && node.parent.callee === node;
      if (isList && name === "push" && !(isCall && node.parent.arguments.length === 1 && node.parent.parent.type === "ExpressionStatement")) {
        context.report({ node, messageId: "bad" });
      }
      if (types.is(node.object, ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike)) context.report({ node, messageId: "bad" });
    },
    ArrayExpression(node) {
      if (node.elements.some((element) => element === null)) context.report({ node, messageId: "bad" });
    },
  };
});

const forOfArrays = rule("for-of goes over arrays; count over the bytes of a string.", (context) => {
  const types = typesOf(context);
  return {
    ForOfStatement(node) {
      if (!types.isArray(node.right)) context.report({ node: node.right, messageId: "bad" });
    },
  };
});

const textOrder = rule("Strings are compared by === only: their order differs between engines.", (context) => {
  const types = typesOf(context);
  return {
    BinaryExpression(node) {
      if (!["<", ">", "<=", ">="].includes(node.operator)) return;
      if ([node.left, node.right].some((side) => types.is(side, ts.TypeFlags.StringLike))) context.report({ node, messageId: "bad" });
    },
  };
});

const remainder = rule("% takes operands from 0 up: Lua floors where JavaScript truncates.", (context) => ({
  "BinaryExpression[operator='%'], AssignmentExpression[operator='%=']"(node) {
    for (const side of [node.left, node.right]) {
      if (side.type === "UnaryExpression" && side.operator === "-") context.report({ node: side, messageId: "bad" });
    }
  },
}));

const moduleState = rule("No state in a module: ten thousand devices share it. Put it into a struct, or make it readonly throughout.", (context) => {
  const types = typesOf(context);
  const isFrozen = (type, depth) => {
    if (depth > 4) return false;
    if (type.getCallSignatures().length > 0) return true;
    if ((type.flags & ts.TypeFlags.Object) === 0) return true;
    if (types.checker.isArrayType(type) || types.checker.isTupleType(type)) {
      const name = type.getSymbol()?.getName();
      const isReadonly = name === "ReadonlyArray" || (types.checker.isTupleType(type) && type.target.readonly);
      return isReadonly && types.checker.getTypeArguments(type).every((item) => types.parts(item).every((part) => isFrozen(part, depth + 1)));
    }
    const indexed = types.checker.getIndexInfosOfType(type);
    if (indexed.some((info) => !info.isReadonly)) return false;
    return types.checker.getPropertiesOfType(type).every((property) => {
      const flags = property.declarations?.some((each) => (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Readonly) !== 0) ?? false;
      const mapped = (property.links?.checkFlags & 8) !== 0;
      const signature = property.declarations?.some((each) => ts.isMethodSignature(each)) ?? false;
      const inner = types.parts(types.checker.getTypeOfSymbol(property));
      return (flags || mapped || signature) && inner.every((part) => isFrozen(part, depth + 1));
    });
  };
  const check = (declaration) => {
    const type = types.services.getTypeAtLocation(declaration.id);
    if (!types.parts(type).every((part) => isFrozen(part, 0))) context.report({ node: declaration, messageId: "bad" });
  };
  return {
    "Program > VariableDeclaration, Program > ExportNamedDeclaration > VariableDeclaration"(node) {
      if (node.declare) return;
      if (node.kind !== "const") context.report({ node, messageId: "bad" });
      else node.declarations.forEach(check);
    },
  };
});

const loadWork = rule("Nothing runs when a module is loaded: declare, and let a function do the work.", (context) => {
  const check = (node) => {
    let parent = node.parent;
    while (parent !== null && parent.type !== "Program") {
      if (/Function/.test(parent.type)) return;
      parent = parent.parent;
    }
    context.report({ node, messageId: "bad" });
  };
  return { CallExpression: check, "Program > ExpressionStatement": check, "Program > IfStatement": check };
});

const loopCapture = rule("A function must not use a variable of the loop around it: Espruino has one for all turns. Copy it in the body.", (context) => ({
  ":function"(node) {
    for (const reference of context.sourceCode.getScope(node).through) {
      const definition = reference.resolved?.defs[0];
      const declaration = definition?.node?.parent;
      if (definition?.type !== "Variable") continue;
      const loop = declaration?.parent;
      const inHead =
        (loop?.type === "ForStatement" && loop.init === declaration) ||
        ((loop?.type === "ForOfStatement" || loop?.type === "ForInStatement") && loop.left === declaration);
      if (inHead) context.report({ node: reference.identifier, messageId: "bad" });
    }
  },
}));

const noRecursion = rule("A function does not call itself: a few hundred levels use up a board's memory. Loop, with a limit.", (context) => ({
  "FunctionDeclaration, VariableDeclarator > :function"(node) {
    const name = node.type === "FunctionDeclaration" ? node.id : node.parent.id;
    const variable = context.sourceCode.getDeclaredVariables(node.type === "FunctionDeclaration" ? node : node.parent)[0];
    for (const reference of variable?.references ?? []) {
      const call = reference.identifier.parent;
      // A call from a function inside comes on a later turn, with a stack of its own.
      const isOwn = reference.from.variableScope.block === node;
      if (reference.identifier !== name && isOwn && call.type === "CallExpression" && call.callee === reference.identifier) {
        context.report({ node: call, messageId: "bad" });
      }
    }
  },
}));

const noSleep = rule("A test never waits for time to pass: take a virtual clock, or wait for an event.", (context) => ({
  NewExpression(node) {
    if (node.callee.type !== "Identifier" || node.callee.name !== "Promise") return;
    const text = context.sourceCode.getText(node);
    const executor = node.arguments[0];
    const resolve = executor?.params?.[0]?.name;
    // A timer that ends a promise by itself is a sleep; one that rejects it is a guard against waiting for ever.
    const sleeps = new RegExp(`\\bsetTimeout\\(\\s*(${resolve}\\b|\\(\\)\\s*=>\\s*(void\\s+)?${resolve}\\b)`);
    if (resolve !== undefined && sleeps.test(text)) context.report({ node, messageId: "bad" });
  },
  "ImportDeclaration[source.value=/^(node:)?timers.promises$/]": (node) => context.report({ node, messageId: "bad" }),
  "ImportExpression[source.value=/^(node:)?timers.promises$/]": (node) => context.report({ node, messageId: "bad" }),
  "MemberExpression[object.name='Atomics'][property.name='wait']": (node) => context.report({ node, messageId: "bad" }),
  "CallExpression[callee.name='promisify'][arguments.0.name='setTimeout']": (node) => context.report({ node, messageId: "bad" }),
  "CallExpression[callee.property.name='promisify'][arguments.0.name='setTimeout']": (node) => context.report({ node, messageId: "bad" }),
}));

export default {
  meta: { name: "motet-device" },
  rules: {
    "ascii-only": asciiOnly,
    "for-of-arrays": forOfArrays,
    "integer-literals": integerLiterals,
    "literal-range": literalRange,
    "load-work": loadWork,
    "loop-capture": loopCapture,
    members,
    "module-state": moduleState,
    "no-recursion": noRecursion,
    "no-sleep": noSleep,
    remainder,
    "template-names": templateNames,
    "text-order": textOrder,
    "void-this": voidThis,
  },
};

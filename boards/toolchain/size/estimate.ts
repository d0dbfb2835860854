/**
 * How much working memory a device will take at rest: connected, subscribed, its log empty. An estimate from the code alone,
 * so that a build needs no board; test/bench/interpreter.ts measures the real figure, and a test holds the two within 10 %.
 *
 * On Espruino, code stays in flash and a variable of the engine (a JsVar) is what counts. What a function costs while nothing
 * runs was measured, function by function: its name, the function, and the place of its code, so 4, and 1 for each parameter;
 * a name of more than four characters takes one more. What a file only holds while it runs (an overlay) takes nothing. The
 * structs that a running device keeps cannot be read from the code: the framework's own are a constant, the app's grow with it.
 * What Lua takes is another matter (lua-memory.ts).
 */
import type { Identifier, Node, Pattern, Program, VariableDeclaration } from "acorn";
import { detokenise } from "../../../sim/engines/espruino/tokens";
import type { Image } from "../../../sim/engines/image";
import { BUILD_FILE } from "../compile/espruino/boot";
import { parsed } from "../compile/espruino/parsed";
import { luaMemoryOnBoard } from "./lua-memory";

/** The interpreter when it runs nothing. */
const IDLE = 49;
const FUNCTION = 4;
/** What a variable of the engine holds of a name, and of a text that is not in flash. */
const NAME_CHARS = 4;
const TEXT_CHARS = 8;
/** Socket with its listeners, timers, structs and texts of a connected device, beyond what stands in the code. */
const RUNNING = 235;
/** The sessions of a platform's own WebSockets are two structs in a list, which the link makes while it runs: what they take was measured. */
const WEB_SESSIONS = 81;
const WEB_LINK = /(^|\/)firmware\/agent\/link-ws\.ts$/;
/**
 * What an app and its drivers keep while they run (declared measures and commands, calibration of a chip, timers) grows with
 * their code: bytes of it for one variable, found on the weather station.
 */
const APP_BYTES = 27;
/** The largest number that takes no variable of its own. */
const SMALL_MAX = 1023;

function nameCost(name: string): number {
  return name.length > NAME_CHARS ? 1 : 0;
}

function parameterCost(parameter: Pattern): number {
  return 1 + (parameter.type === "Identifier" ? nameCost(parameter.name) : 0);
}

function textCost(length: number): number {
  return 1 + Math.ceil(Math.max(0, length - NAME_CHARS) / TEXT_CHARS);
}

/** What a value takes beside its name. */
function valueCost(node: Node | null | undefined): number {
  if (node === null || node === undefined) return 0;
  const { type } = node;
  if (type === "Literal") {
    const { value } = node as Node & { value: unknown };
    if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) <= SMALL_MAX ? 0 : 1;
    return typeof value === "string" ? textCost(value.length) : 1;
  }
  if (type === "FunctionExpression" || type === "ArrowFunctionExpression") {
    return FUNCTION - 1 + (node as Node & { params: Pattern[] }).params.reduce((sum, parameter) => sum + parameterCost(parameter), 0);
  }
  if (type === "ArrayExpression") {
    return 1 + (node as Node & { elements: (Node | null)[] }).elements.reduce((sum, element) => sum + 1 + valueCost(element), 0);
  }
  if (type === "ObjectExpression") {
    const { properties } = node as Node & { properties: { key: Node; value: Node }[] };
    return 1 + properties.reduce((sum, { key, value }) => sum + 1 + nameCost(key.type === "Identifier" ? (key as Identifier).name : "") + valueCost(value), 0);
  }
  // Made by a call, or by reckoning: most are one number or one reference.
  return 1;
}

function declarationCost({ declarations }: VariableDeclaration): number {
  return declarations.reduce((sum, { id, init }) => sum + parameterCost(id) + valueCost(init), 0);
}

/** Bytes of an app and its drivers: of every module outside of the framework. */
export function appBytes({ modules }: Image): number {
  const own = modules.filter(({ path }) => !/(^|\/)(firmware\/(agent|base|platform|protocol|store)|hal)\/|^\(|^(\.\.\/)*entry\.ts$/.test(path));
  return own.reduce((sum, { bytes }) => sum + bytes, 0);
}

function programCost(program: Program): number {
  let cost = 0;
  for (const statement of program.body) {
    if (statement.type === "FunctionDeclaration") {
      cost += FUNCTION + nameCost(statement.id.name) + statement.params.reduce((sum, parameter) => sum + parameterCost(parameter), 0);
    } else if (statement.type === "VariableDeclaration") cost += declarationCost(statement);
  }
  return cost;
}

/** Files that are run at boot and stay: the first one, and the app that it finds. */
function residentFiles({ files, main }: Image): string[] {
  return [...files].filter(([name]) => name === main || BUILD_FILE.exec(name)?.[2] === "app").map(([, content]) => content);
}

/** The unit is the runtime's: variables on Espruino, bytes on Lua. */
export function estimateMemory(image: Image): number {
  if (image.runtime === "lua") return luaMemoryOnBoard(image, appBytes(image));
  const code = residentFiles(image).reduce((sum, content) => sum + programCost(parsed(detokenise(content))), 0);
  const kept = image.modules.some(({ path }) => WEB_LINK.test(path)) ? WEB_SESSIONS : 0;
  return IDLE + code + RUNNING + kept + Math.round(appBytes(image) / APP_BYTES);
}

/** What an app asks of its pins is held against the board when it is built: by name, by what the pin can do, and by who else has it. */
import { join } from "node:path";
import { boardIds, loadBoard } from "../board";
import { lowerProgram } from "../lower/program";
import { pinDiagram } from "./diagram";
import { findPin, pinContradiction } from "./table";
import type { BoardPin, PinBoard } from "./table";

const root = join(__dirname, "..", "..", "..");
const head = 'import { defineThing, DigitalMode } from "motet";\nexport default defineThing(({ board }) => {\n';

/** An app of these lines, which begin at line 3. */
function lower(lines: string, id = "esp32-espruino"): { text: string; problems: string[] } {
  const path = join(root, "firmware", "apps", "pins-probe.ts");
  const { texts, problems } = lowerProgram(root, [path], new Map([[path, `${head}${lines}\n});\n`]]), loadBoard(root, id));
  return { text: texts.get(path)!, problems: problems.map(({ line, column, rule, message }) => `${line}:${column} ${rule} ${message}`) };
}

/** A statement that opens a pin. */
function open(pin: string, mode = "output", onReadable = "undefined"): string {
  return `board.digital.open({ pin: ${pin}, mode: DigitalMode.${mode}, initialValue: 0, onReadable: ${onReadable} });`;
}

const bus = 'board.i2c.open({ bus: "default", address: 0x76, hz: 100000 });';

test.each<[string, string, string, string]>([
  ["a function of the board", open('"fan"'), "esp32-espruino", '"D23"'],
  ["the same on another board", open('"fan"'), "esp8266-d1mini-espruino", '"D14"'],
  ["the same on NodeMCU", open('"fan"'), "esp8266-lua", '"5"'],
  ["a pin's own name", open('"D25"'), "esp32-espruino", '"D25"'],
  ["a number with its letter", open('"D5"'), "esp8266-lua", '"5"'],
  ["a name that is a constant", `const FAN = "fan"; ${open("FAN")}`, "esp32-espruino", 'pin: "D23"'],
  ["an analog input", 'board.analog.open({ pin: "D34" });', "esp32-espruino", '"D34"'],
  ["names known by their type", `const light = (pin: "D25" | "D26"): void => { ${open("pin")} }; light("D25");`, "esp32-espruino", "pin"],
  ["a line of the bus, when nothing uses the bus", open('"D21"'), "esp32-espruino", '"D21"'],
])("%s", (_name, lines, id, text) => {
  const lowered = lower(lines, id);
  expect(lowered.problems).toEqual([]);
  expect(lowered.text).toContain(text);
});

const refused: readonly (readonly [name: string, lines: string, sentence: RegExp, id?: string])[] = [
  ["a pin that the board does not have", open('"D24"'), /^3:27 pin-absent esp32-espruino has no pin "D24": take D0, D2, .* or one of its functions \(led, button, fan, relay\)\.$/],
  ["a function that the board does not have", open('"led"'), /esp32c3-espruino has no pin "led"/, "esp32c3-espruino"],
  ["a pin that nothing may use", open('"D6"'), /^3:27 pin-reserved Pin D6 of esp32-espruino is not to be used \(wired to the flash chip\): take /],
  ["the console", open('"9"'), /Pin 9 of esp8266-lua is not to be used \(the console\)/, "esp8266-lua"],
  ["an output where there is none", open('"D34"'), /pin-ability Pin D34 of esp32-espruino cannot be an output \(an input alone/],
  ["an open drain where there is none", open('"D16"', "outputOpenDrain"), /Pin D16 of esp8266-espruino cannot be an open drain/, "esp8266-espruino"],
  ["a pull that the chip lacks", open('"D4"', "inputPullDown"), /Pin D4 of esp8266-espruino cannot pull down: no pin of this board can\.$/, "esp8266-espruino"],
  ["changes that the pin does not tell", open('"D16"', "input", "() => undefined"), /Pin D16 of esp8266-espruino cannot tell changes of its level/, "esp8266-espruino"],
  ["an analog input without a converter", 'board.analog.open({ pin: "D23" });', /Pin D23 of esp32-espruino cannot be an analog input: take D32, D33, D34, D35, D36 or D39\.$/],
  ["an analog input on a chip that names none", 'board.analog.open({ pin: "D4" });', /no pin of this board can/, "esp32s3-espruino"],
  ["two drivers on one pin", `${open('"fan"')}\n  ${open('"D23"')}`, /^4:29 pin-taken Pin D23 of esp32-espruino is taken by pins-probe\.ts:3: give each its own pin\.$/],
  ["two names of one pin", `board.analog.open({ pin: "A0" });\n${open('"36"', "input")}`, /^4:27 pin-taken Pin 36 of esp32-lua is taken by pins-probe\.ts:3/, "esp32-lua"],
  ["a line of the bus that is in use", `${bus}\n${open('"D21"')}`, /^4:27 pin-taken Pin D21 of esp32-espruino is taken by the bus "default" as SDA/],
  ["a name that is not known yet", `const light = (pin: string): void => { ${open("pin")} }; light("D25");`, /pin-name The name of a pin must be known when the device is built/],
  ["options made elsewhere", 'const options = { pin: "D24" }; board.analog.open(options);', /pin-name The name of a pin must be known/],
  ["a function's name behind a type", `const light = (pin: "fan" | "D5"): void => { ${open("pin")} }; light("fan");`, /pin-name Pin "fan" of esp32-espruino is D23 there/],
];

test.each(refused.map(([name, lines, sentence, id = "esp32-espruino"]) => [name, lines, sentence, id] as const))("%s is refused", (_name, lines, sentence, id) => {
  const { problems } = lower(lines, id);
  expect(problems).toEqual([expect.stringMatching(sentence)]);
});

test("without a board nothing is asked of pins", () => {
  const path = join(root, "firmware", "apps", "pins-probe.ts");
  expect(lowerProgram(root, [path], new Map([[path, `${head}${open('"nobody"')}\n});\n`]])).problems).toEqual([]);
});

test("every board has a fan, as the example asks, and a picture of all its pins", () => {
  for (const id of boardIds(root)) {
    const board = loadBoard(root, id);
    expect([id, findPin(board, "fan")?.can]).toEqual([id, expect.arrayContaining(["output"])]);
    const drawing = pinDiagram(board).join("\n");
    if (board.pins.headers !== undefined) for (const { name, gpio } of board.pins.list) {
      const names = board.pins.list.filter((pin) => pin.gpio === gpio).map((pin) => pin.name);
      expect([id, name, names.some((each) => new RegExp(`(^|[ |])${each}( |$)`, "m").test(drawing))]).toEqual([id, name, true]);
    }
  }
});

test("the picture says what is printed, how it is called and what it is for", () => {
  const lines = pinDiagram(loadBoard(root, "esp8266-d1mini-espruino"));
  expect(lines).toContain("  D14 fan | D5          D2 | D4 i2c SDA");
  expect(lines).toContain("      D16 | D0          D1 | D5 i2c SCL");
  expect(pinDiagram(loadBoard(root, "linux-espruino"))).toEqual([]);
});

test.each<[string, (board: { pins: { list: BoardPin[]; functions: { name: string; pin: string }[] }; constants: { i2cSda: string } }) => void, RegExp]>([
  ["two pins of one name", ({ pins }) => pins.list.push(pins.list[0]!), /two of its pins are named "D0"/],
  ["a function nowhere", ({ pins }) => pins.functions.push({ name: "horn", pin: "D99" }), /function "horn" is at pin D99, which it does not have/],
  ["a function at the console", ({ pins }) => pins.functions.push({ name: "horn", pin: "D1" }), /function "horn" is at pin D1, which nothing may use: the console/],
  ["a bus at an input", ({ constants }) => (constants.i2cSda = "D34"), /SDA of its bus is at pin D34, which cannot be that/],
  ["a function at the bus", ({ pins }) => pins.functions.push({ name: "horn", pin: "D21" }), /pin D21 is SDA of its bus and a function at once/],
  ["a pin that is drawn nowhere", ({ pins }) => pins.list.push({ name: "D20", gpio: 20, can: ["input", "output"] }), /pin D20 stands on neither of its headers/],
  ["a lack without a reason", ({ pins }) => pins.list.push({ name: "D20", gpio: 20, can: ["input"] }), /it does not say why pin D20 cannot/],
])("a description with %s does not hold together", (_name, change, sentence) => {
  const board = structuredClone(loadBoard(root, "esp32-espruino"));
  change(board as never);
  expect(pinContradiction(board as PinBoard)).toMatch(sentence);
});

/** One boot of the emulated interpreter: what it starts with, how it ends, and whose exceptions are whose. */
import { createBench } from "../../../test/engines/quirks/bench";
import { loadBoard } from "../../../boards/toolchain/board";
import { root } from "../../../test/engines/quirks/program";
import { createFlash, FlashMisuse } from "../../world/flash";
import { createWorld } from "../../world/world";
import { espruinoApi } from "./index";

const RECORDS = 0x310000;

function engineOf(files: ReadonlyMap<string, string>): { lines: string[]; failures: string[]; stop(): void; run(ms: number): void } {
  const world = createWorld({ seed: 1 });
  const machine = world.createDevice({ bootMs: 0 });
  const lines: string[] = [];
  const failures: string[] = [];
  const { id, constants } = loadBoard(root, "esp32-espruino");
  const image = { board: id, runtime: "espruino" as const, constants, files, main: ".bootcde", maps: new Map<string, string>(), modules: [] };
  const boot = espruinoApi.start(image, machine.ports, {
    console: (line) => void lines.push(line),
    failed: (message) => void failures.push(message),
  });
  return { lines, failures, stop: () => boot.stop(), run: (ms) => world.run(ms) };
}

test("an image runs its main file, and evaluates others from Storage", () => {
  const files = new Map([
    [".bootcde", "var a=1;function load2(n){return eval(require('Storage').read(n));}setTimeout(function(){print(load2('cold')(2));},10);"],
    ["cold", "(function(b){return a+b;})"],
  ]);
  const engine = engineOf(files);
  engine.run(20);
  expect([engine.lines, engine.failures]).toEqual([["3"], []]);
});

test("an image without its main file is a failure", () => {
  expect(() => engineOf(new Map([["other", "1"]]))).toThrow();
});

test("nothing of Node and nothing of the last boot is there", () => {
  const bench = createBench("esp32-espruino");
  bench.run("left=5; print([typeof left,typeof Buffer,typeof setImmediate,typeof Promise,typeof WebAssembly,typeof require('Storage')].join());");
  bench.machine.powerCut();
  bench.machine.powerOn();
  bench.world.run(10);
  bench.run("print(typeof left);");
  expect(bench.lines).toEqual(["number,undefined,undefined,undefined,undefined,object", "undefined"]);
});

test("what nothing caught is told once, without the device's bytes, and the device goes on", () => {
  const bench = createBench("esp32-espruino");
  bench.run("setTimeout(function(){throw new Error('one');},1);setTimeout(function(){throw 'secret';},2);setTimeout(function(){print('on');},3);");
  expect(bench.failures).toEqual(["Uncaught Error: one", "Uncaught a value that is no error"]);
  expect(bench.lines.at(-1)).toBe("on");
});

test("a line of the console has 1,000 characters at most", () => {
  const bench = createBench("esp32-espruino");
  bench.run("print('a'.repeat(1000));print('b'.repeat(1001));print('one\\ntwo');");
  expect(bench.lines.map((line) => line.length)).toEqual([1000, 1000, 3, 3]);
});

test("stop ends everything, also what is due at the same moment", () => {
  const bench = createBench("esp32-espruino");
  bench.run("var n=0;setInterval(function(){n++;print(n);},10);", 25);
  expect(bench.lines).toEqual(["1", "2"]);
  bench.espruino().stop();
  bench.world.run(1000);
  expect(bench.lines).toEqual(["1", "2"]);
});

test("a power cut inside a write unwinds the device, whatever it catches", () => {
  const bench = createBench("esp32-espruino");
  bench.machine.flash.cutInProgram(2, "none");
  bench.run(`try{require('Flash').write('abcd',${RECORDS});}catch(e){print('caught');}print('after');setTimeout(function(){print('later');},1);`);
  expect(bench.machine.on).toBe(false);
  expect(bench.machine.flash.dump("records").substring(0, 4)).toBe("ab\xff\xff");
  expect(bench.lines).not.toContain("later");
  expect(bench.failures).toEqual([]);
});

test("a broken contract of the flash port reaches the test, though the device catches it", () => {
  const bench = createBench("esp32-espruino");
  expect(() => bench.run(`try{require('Flash').write('x',${RECORDS + 1});}catch(e){}`)).toThrow(FlashMisuse);
});

test("programming a byte to another value, or outside the areas, kills the engine", () => {
  const flash = createFlash({ areas: [{ name: "records", blockBytes: 4096, blocks: 4 }, { name: "log", blockBytes: 4096, blocks: 12 }], strict: false });
  const bench = createBench("esp32-espruino", { machine: { flash } });
  bench.run(`var f=require('Flash');f.write('ab',${RECORDS});f.write('ab\\xff',${RECORDS});print(E.toString(f.read(3,${RECORDS})));f.write('B',${RECORDS});`);
  expect(bench.lines).toEqual(["ab\xff"]);
  expect(bench.failures).toEqual(["the image programs a byte of flash twice"]);
  const other = createBench("esp32-espruino");
  other.run("try{require('Flash').write('x',0x360000);}catch(e){}setTimeout(function(){print('on');},1);");
  expect(other.failures).toEqual(["the image writes flash outside its areas, at 0x360000"]);
  expect(other.lines).toEqual([]);
});

test("a datagram that is no text aborts the interpreter", () => {
  const bench = createBench("esp32-espruino");
  bench.run("try{require('dgram').createSocket('udp4').send(new Uint8Array(2),1,'10.0.0.1');}catch(e){}setTimeout(function(){print('on');},1);");
  expect([bench.failures, bench.lines]).toEqual([["assertion failed: dgram sends text only"], []]);
});

test("reset and reload: the one ends the device, the other boots it anew", () => {
  const bench = createBench("esp32-espruino");
  bench.run("setTimeout(function(){print('never');},5);reset();");
  expect([bench.lines, bench.machine.boots]).toEqual([[], [1]]);
  const other = createBench("esp32-espruino");
  other.run("load();");
  expect(other.machine.boots).toEqual([1, 2]);
});

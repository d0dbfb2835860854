/** What the boards have beside the language: radio, consoles, watchdog, sleep, flash, pins, buses. */
import { createBench } from "../../../test/engines/quirks/bench";
import { BME280_ADDRESS } from "../../world/sensors";

const attic = { world: { accessPoints: [{ ssid: "attic", password: "correct horse", joinMs: 100 }] } };

/** Prints all that the radio tells, and joins. */
function join(ssid: string, password: string): string {
  return `
    var W = require("Wifi");
    ["associated", "connected", "disconnected"].forEach(function (name) {
      W.on(name, function (d) { print(name + " " + (d.reason || "") + (d.msg ? " " + d.msg : "")); });
    });
    W.connect("${ssid}", { password: "${password}" }, function (e) { print("told " + e); });`;
}

describe("the radio", () => {
  test("joins: the callback stands between two events", () => {
    const bench = createBench("esp32-espruino", attic);
    bench.run(`print(require("Wifi").getStatus().station);${join("attic", "correct horse")}`, 1000);
    bench.run('var s=require("Wifi").getStatus();print([s.station,s.ssid,require("Wifi").getIP().ip].join());');
    expect(bench.lines).toEqual(["off", "associated ", "told null", "connected ", "connected,attic,192.168.4.2"]);
  });

  test("ESP32 tells a failure by event and then by callback, ESP8266 the other way round", () => {
    const heard = (board: string, ssid: string, password: string): string[] => {
      const bench = createBench(board, attic);
      bench.run(join(ssid, password), 10000);
      return bench.lines;
    };
    expect(heard("esp32-espruino", "attic", "wrong horse")).toEqual(["disconnected 202 AUTH_FAIL", "told AUTH_FAIL"]);
    expect(heard("esp32-espruino", "cellar", "correct horse")).toEqual(["disconnected 201 NO_AP_FOUND", "told NO_AP_FOUND"]);
    expect(heard("esp8266-espruino", "attic", "wrong horse")).toEqual(["told bad_password", "disconnected auth_fail"]);
    expect(heard("esp8266-espruino", "cellar", "correct horse")).toEqual(["told no_ap_found", "disconnected no_ap_found"]);
  });

  test("leaving is an event, too", () => {
    const bench = createBench("esp32-espruino", attic);
    bench.run(join("attic", "correct horse"));
    bench.run('require("Wifi").disconnect(function(){print("left");});');
    expect(bench.lines.slice(-2)).toEqual(["disconnected 8 ASSOC_LEAVE", "left"]);
  });

  test("a second question takes the answer of the first", () => {
    const bench = createBench("esp32-espruino");
    bench.world.network.names.set("one.example", "10.0.0.1");
    bench.world.network.names.set("two.example", "10.0.0.2");
    bench.run('["one","two"].forEach(function(n){require("Wifi").getHostByName(n+".example",function(a){print(n+" "+a);});});');
    expect(bench.lines).toHaveLength(1);
    expect(bench.lines[0]).toMatch(/^two /);
    bench.run('require("Wifi").getHostByName("nobody.example",function(a){print(a===null);});', 60000);
    expect(bench.lines[1]).toBe("true");
  });
});

test("a console on the network is open until it is switched off", () => {
  const bench = createBench("esp32-espruino");
  expect(bench.espruino().settings.telnet).toBe(true);
  bench.run('require("TelnetServer").setOptions({mode:"on"});');
  expect(bench.espruino().settings.telnet).toBe(true);
  bench.run('require("TelnetServer").setOptions({mode:"off"});E.setPassword("x");E.lockConsole();');
  expect(bench.espruino().settings).toEqual({ telnet: false, passwordSet: true, consoleLocked: true });
  expect(createBench("linux-espruino").espruino().settings.telnet).toBe(false);
});

test("the watchdog of ESP32 counts whole seconds; that of ESP8266 only logs", () => {
  const bench = createBench("esp32-espruino");
  bench.run("E.enableWatchdog(1.4,false);", 999);
  expect(bench.machine.boots).toEqual([1]);
  bench.world.run(2);
  expect(bench.machine.boots).toEqual([1, 3]);
  bench.run("E.enableWatchdog(1);", 60000);
  expect(bench.machine.boots).toEqual([1, 3]);
  const other = createBench("esp8266-espruino");
  other.run("E.enableWatchdog(1,false);E.kickWatchdog();", 60000);
  expect(other.machine.boots).toEqual([1]);
  expect(other.lines).toHaveLength(2);
});

test("sleep is in microseconds, and the chip tells that it woke", () => {
  const bench = createBench("esp32-espruino");
  bench.run("print(ESP32.getWakeupCause());ESP32.deepSleep(2000000);print('asleep');", 1999);
  expect([bench.machine.boots, bench.lines]).toEqual([[1], ["0", "asleep"]]);
  bench.world.run(10);
  bench.run("print(ESP32.getWakeupCause());");
  expect([bench.machine.boots, bench.lines.at(-1)]).toEqual([[1, 4], "4"]);
  const other = createBench("esp8266-espruino");
  other.run("print(require('ESP8266').getResetInfo().reason);E.reboot();");
  other.run("print(require('ESP8266').getResetInfo().reason);");
  expect(other.lines).toEqual(["power on", "restart"]);
});

test("flash keeps what was written over a boot, and gives whole pages back", () => {
  const bench = createBench("esp32-espruino");
  bench.run("var f=require('Flash');f.write('kept',0x310000);f.write('log',0x314000);f.write('x',0x311000);f.erasePage(0x311abc);");
  bench.machine.powerCut();
  bench.machine.powerOn();
  bench.world.run(10);
  bench.run("var f=require('Flash');print([E.toString(f.read(4,0x310000)),E.toString(f.read(3,0x314000)),f.read(1,0x311000)[0],f.read(1,0x9000)[0]].join());");
  expect(bench.lines).toEqual(["kept,log,255,255"]);
  expect(bench.machine.flash.dump("log").substring(0, 3)).toBe("log");
});

test("what Flash calls free holds a trap", () => {
  const bench = createBench("esp32-espruino");
  bench.run("print(require('Flash').getFree().map(function(a){return a.addr.toString(16)+'+'+a.length.toString(16);}).join());print(JSON.stringify(require('Flash').getPage(0x310fff)));");
  expect(bench.lines).toEqual(["e000+2000,310000+10000,360000+a0000", '{"addr":3211264,"length":4096}']);
});

test("files that are blocks of an area outlive a boot, others come with the image", () => {
  const bench = createBench("linux-espruino");
  bench.run("var s=require('Storage');s.write('records0','ab',0,4096);s.write('log3','x',0,4096);s.write('other','y');s.write('records9','z');");
  bench.machine.powerCut();
  bench.machine.powerOn();
  bench.world.run(10);
  bench.run("var s=require('Storage');print([s.read('records0',0,3),s.read('log3',0,1),s.read('other'),s.read('records9'),s.read('records1')].join());s.erase('records0');print(s.read('records0'));");
  expect(bench.lines).toEqual(["ab\xff,x,,,", "undefined"]);
  expect(bench.machine.flash.dump("log").substring(3 * 4096, 3 * 4096 + 2)).toBe("x\xff");
});

test("Storage that is full compacts once, and then refuses", () => {
  const bench = createBench("esp8266-espruino");
  const half = "x".repeat(90000);
  bench.run(`var s=require('Storage'),t='${half}';s.write('a',t);s.erase('a');s.write('b',t);print(s.getStats().trashBytes>0);s.write('c',t);print(s.getStats().trashBytes);try{s.write('d',t);}catch(e){print(e.message);}`);
  expect(bench.lines).toEqual(["true", "0", "Unable to find or create file"]);
});

test("pins are the machine's, by their modes", () => {
  const bench = createBench("esp32-espruino");
  bench.run("digitalWrite(D2,1);print(D2.getMode());pinMode(D4,'input_pullup');print(digitalRead(D4));setWatch(function(e){print('watch '+e.state);},D4,{repeat:true,edge:'both'});setWatch(function(e){print('once '+e.state);},D4,{edge:'falling'});");
  expect(bench.machine.pins.level("D2")).toBe(1);
  for (const level of [0, 1, 0]) {
    bench.machine.pins.drive("D4", level);
    bench.world.run(1);
  }
  bench.run("clearWatch();digitalWrite([D1,D0],2);");
  bench.machine.pins.drive("D4", 1);
  bench.world.run(10);
  expect(bench.lines).toEqual(["output", "1", "watch false", "once false", "watch true", "watch false"]);
  expect([bench.machine.pins.level("D1"), bench.machine.pins.level("D0")]).toEqual([1, 0]);
});

test("an analog input is a fraction of its scale, and no number on other pins", () => {
  const bench = createBench("esp8266-espruino");
  bench.machine.pins.setAnalog("A0", 512);
  bench.run("print(analogRead(A0));print(analogRead(D1));");
  expect(bench.lines).toEqual(["0.5", "NaN"]);
});

test("a chip answers on the bus; one that is absent is an exception", () => {
  const bench = createBench("esp32-espruino");
  const chip = `{address:${BME280_ADDRESS},stop:false}`;
  bench.run(`try{I2C1.writeTo(${BME280_ADDRESS},0xd0);}catch(e){print(e.message);}I2C1.setup({sda:D21,scl:D22,bitrate:100000});
    I2C1.writeTo(${chip},0xd0);print(I2C1.readFrom(${BME280_ADDRESS},1)[0]);print(I2C1.readReg(${BME280_ADDRESS},0xd0,1)[0]);
    try{I2C1.writeTo(0x40,1);}catch(e){print(e.type+" "+e.message);}try{I2C1.readFrom(0x40,1);}catch(e){print(e.message);}`);
  expect(bench.lines).toEqual(["I2CWrite: the bus is not set up", "96", "96", "InternalError I2CWrite: No ACK 0", "I2CRead: No ACK 0"]);
});

test("time is set on the boards, and by the system on a PC; timers do not notice", () => {
  const bench = createBench("esp32-espruino");
  bench.run("setTimeout(function(){print(Math.floor(getTime()));},500);setTime(1760000000);print(Math.floor(Date.now()/1000));", 600);
  expect(bench.lines).toEqual(["1760000000", "1760000000"]);
  expect(bench.machine.ports.clock.epoch()?.sec).toBe(1760000000);
  const pc = createBench("linux-espruino", { machine: { clockIsSet: true } });
  pc.run("setTime(5);print(Math.floor(getTime()));");
  expect(pc.lines).toEqual(["1767225600"]);
});

test("ticks that were missed follow at once", () => {
  const bench = createBench("esp32-espruino");
  bench.run("var n=0,t=setInterval(function(){n++;if(n===5){clearInterval(t);print('five');}},10);", 49);
  expect(bench.lines).toEqual([]);
  bench.world.run(1);
  expect(bench.lines).toEqual(["five"]);
});

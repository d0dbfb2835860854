/** Sockets of the boards: what differs from the interpreter on a PC, whose cases test/engines/espruino-quirks.test.ts holds. */
import { type Bench, createBench } from "../../../test/engines/quirks/bench";
import { peersIn } from "../../../test/engines/quirks/peers";

/** Opens a socket to a peer and prints all that it tells. */
function connectTo(port: number, more = ""): string {
  return `
    var net = require("net"), s;
    try { s = net.connect({ host: "127.0.0.1", port: ${port} }, function () { print("connected"); ${more} }); }
    catch (e) { print("thrown " + e.message); }
    if (s) {
      s.on("data", function (d) { print("data " + d.length); });
      s.on("error", function (e) { print("error " + e.code + " " + e.message); });
      s.on("end", function () { print("end"); });
      s.on("close", function (e) { print("close " + e); });
    }`;
}

function benchOf(board: string, options: Parameters<typeof createBench>[1] = {}): { readonly bench: Bench; readonly ports: Readonly<Record<string, number>> } {
  const bench = createBench(board, options);
  return { bench, ports: peersIn(bench.world) };
}

test("ESP8266 tells a refused connection as an event", () => {
  const { bench, ports } = benchOf("esp8266-espruino");
  bench.run(connectTo(ports["CLOSED"]!));
  expect(bench.lines).toEqual(["error -9 connection reset", "end", "close true"]);
});

test("so does any board that is told to; one that blocks throws where it can know", () => {
  const evented = benchOf("esp32-espruino", { espruino: { profile: { connectThrows: false } } });
  evented.bench.run(connectTo(evented.ports["CLOSED"]!));
  expect(evented.bench.lines).toEqual(["error -9 connection reset", "end", "close true"]);
  const blocking = benchOf("esp32-espruino", { espruino: { refuses: () => true } });
  blocking.bench.run(connectTo(blocking.ports["ECHO"]!));
  expect(blocking.bench.lines).toEqual(["thrown Unable to create socket"]);
});

test("a reset is an error on ESP8266, and an ordinary end on ESP32", () => {
  const heard = (board: string): string[] => {
    const { bench, ports } = benchOf(board);
    bench.run(connectTo(ports["RESET"]!, "s.write('x');"));
    return bench.lines;
  };
  expect(heard("esp8266-espruino")).toEqual(["connected", "error -9 connection reset", "end", "close true"]);
  expect(heard("esp32-espruino")).toEqual(["connected", "end", "close false"]);
});

test("bytes come in pieces of 268 on ESP8266 and of 536 on ESP32", () => {
  const largest = (board: string): number => {
    const { bench, ports } = benchOf(board, { machine: { tcpReadBytesMax: 1460 } });
    bench.run(connectTo(ports["BURST"]!));
    const sizes = bench.lines.filter((line) => line.startsWith("data")).map((line) => Number(line.substring(5)));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2000);
    return Math.max(...sizes);
  };
  expect([largest("esp8266-espruino"), largest("esp32-espruino")]).toEqual([268, 536]);
});

test("datagrams of 268 bytes reach an ESP8266, of 269 none", () => {
  const { bench, ports } = benchOf("esp8266-espruino", { machine: { udpBytesMax: 1472 } });
  const echoed = (bytes: number, options: string): string[] => {
    bench.lines.length = 0;
    bench.run(`var u=require("dgram").createSocket(${options});u.on("message",function(m,r){print([m.length,r.size].join());});u.send("x".repeat(${bytes}),${ports["UDP"]},"127.0.0.1");`);
    return [...bench.lines];
  };
  expect(echoed(260, '"udp4"')).toEqual(["260,260"]);
  // Without a larger buffer the last bytes come as a message of their own.
  expect(echoed(261, '"udp4"')).toEqual(["260,261", "1,1"]);
  expect(echoed(268, '{type:"udp4",recvBufferSize:276}')).toEqual(["268,268"]);
  expect(echoed(269, '{type:"udp4",recvBufferSize:1000}')).toEqual(["WARNING: Recv 269 too long (UDP)!"]);
});

test("an empty datagram passes on ESP8266", () => {
  const { bench, ports } = benchOf("esp8266-espruino");
  bench.run(`var u=require("dgram").createSocket("udp4");u.on("message",function(m){print("got "+m.length);});u.on("close",function(){print("closed");});u.send("empty",${ports["UDP"]},"127.0.0.1");`);
  expect(bench.lines).toEqual(["got 0"]);
});

test("without a network a blocking connect throws, and the other says that there is no route", () => {
  const offline = { world: { accessPoints: [{ ssid: "attic", password: "correct horse" }] } };
  const blocking = benchOf("esp32-espruino", offline);
  blocking.bench.run(`${connectTo(blocking.ports["ECHO"]!)}try{require("net").connect({host:"cloud.example",port:1});}catch(e){print("thrown "+e.message);}`);
  expect(blocking.bench.lines).toEqual(["thrown Unable to create socket", "thrown Unable to locate host"]);
  const evented = benchOf("esp8266-espruino", offline);
  evented.bench.run(connectTo(evented.ports["ECHO"]!));
  expect(evented.bench.lines).toEqual(["error -4 no route", "end", "close true"]);
});

test("a network that goes away closes nothing: sockets fall silent", () => {
  const { bench, ports } = benchOf("esp32-espruino", { world: { accessPoints: [{ ssid: "attic", password: "correct horse", joinMs: 0 }] } });
  bench.run(`var W=require("Wifi");W.on("disconnected",function(){print("lost");});W.connect("attic",{password:"correct horse"},function(){${connectTo(ports["ECHO"]!)}});`, 5000);
  bench.world.setAccessPoint("attic", { present: false });
  bench.world.run(60000);
  expect(bench.lines).toEqual(["connected", "lost"]);
});

test("sockets are counted: where none is free connect throws on every board", () => {
  for (const board of ["esp32-espruino", "esp8266-espruino"]) {
    const { bench, ports } = benchOf(board, { machine: { socketsMax: 2 } });
    bench.run(`var o={host:"127.0.0.1",port:${ports["ECHO"]}},n=require("net");n.connect(o);n.connect(o);try{n.connect(o);}catch(e){print(e.message);}`);
    expect(bench.lines).toEqual(["Unable to create socket"]);
  }
});

test("a name is looked up, and connects or says that it was not found", () => {
  const { bench, ports } = benchOf("esp32-espruino");
  bench.world.network.names.set("cloud.example", "127.0.0.1");
  const one = (host: string): string => `var s=require("net").connect({host:"${host}",port:${ports["ECHO"]}},function(){print("connected");});s.on("error",function(e){print(e.message);});`;
  bench.run(one("cloud.example"));
  bench.run(one("nobody.example"));
  expect(bench.lines).toEqual(["connected", "not found"]);
});

test("ESP8266 has no TLS", () => {
  const { bench } = benchOf("esp8266-espruino");
  bench.run('try{require("tls");}catch(e){print(e.message);}');
  expect(bench.lines).toEqual(['Module "tls" not found']);
});

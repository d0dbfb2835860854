/** The modules net and wifi, where the chips are peculiar. */
import { luaBoards, luaProgram, type LuaProgram, stopLua } from "../../../test/support/lua-program";
import { TlsLevel } from "../../../hal/ports/tls";
import { type ServerStream } from "../../world/ends";
import { SERVER_ADDRESS } from "../../world/network";

afterEach(stopLua);

const air = { accessPoints: [{ ssid: "attic", password: "correct horse" }] };

/** A server in the program's world; its streams as they are accepted. */
function serve({ world }: LuaProgram, port: number): { streams: ServerStream[]; received: string[] } {
  const streams: ServerStream[] = [];
  const received: string[] = [];
  world.listenTcp(port, (stream) => {
    streams.push(stream);
    return { onBytes: (bytes) => void received.push(bytes), onEnded: () => undefined };
  });
  return { streams, received };
}

const tellAll = `
  local function tell(socket)
    for _, event in ipairs({ "connection", "disconnection", "sent" }) do
      socket:on(event, function(who, value) print(event, who == socket, value) end)
    end
  end`;

test("ESP8266: a refused and a reset connection are the same code, and the socket is gone at once", () => {
  const program = luaProgram("esp8266-lua", `${tellAll}
    local refused, reset = net.createConnection(), net.createConnection()
    tell(refused)
    tell(reset)
    reset:on("disconnection", function(socket, code) print("reset", code, (pcall(socket.close, socket))) end)
    refused:connect(9, "${SERVER_ADDRESS}")
    reset:connect(1000, "${SERVER_ADDRESS}")`);
  const { streams } = serve(program, 1000);
  program.run(1000);
  streams[0]!.abort();
  program.run(1000);
  expect(program.lines.sort()).toEqual(["connection\ttrue\tnil", "disconnection\ttrue\t-9", "reset\t-9\tfalse"]);
});

test("ESP32: an error comes in two callbacks, an orderly end in one, and close raises after an error and while connecting", () => {
  const program = luaProgram("esp32-lua", `${tellAll}
    local reset, closed, early, never = net.createConnection(), net.createConnection(), net.createConnection(), net.createConnection()
    tell(reset)
    closed:on("disconnection", function(socket, code) print("closed", code, (pcall(socket.close, socket))) end)
    early:on("connection", function(socket) print("early", (pcall(socket.close, socket))) end)
    never:on("connection", print)
    for _, socket in ipairs({ reset, closed, early, never }) do socket:connect(1000, "${SERVER_ADDRESS}") end
    print("at once", (pcall(never.close, never)))
    node.task.post(function() print("connecting", (pcall(early.close, early))) end)
    tmr.create():alarm(2000, tmr.ALARM_SINGLE, function() print("reset", (pcall(reset.close, reset))) end)`, { conditions: { latencyMs: { min: 20, max: 20 } } });
  const { streams } = serve(program, 1000);
  program.run(1000);
  expect(program.lines).toEqual(["at once\ttrue", "connecting\tfalse", "connection\ttrue\tnil", "early\ttrue"]);
  streams[0]!.abort();
  streams[1]!.close();
  expect(program.run(1100).sort()).toEqual(["closed\t0\ttrue", "disconnection\tfalse\t-14", "disconnection\ttrue\t0", "reset\tfalse"]);
});

test("ESP8266: sent comes for each segment; the buffer is two of them", () => {
  const program = luaProgram("esp8266-lua", `${tellAll}
    local socket = net.createConnection()
    tell(socket)
    socket:on("connection", function()
      print((pcall(socket.send, socket, "")), (pcall(socket.send, socket, string.rep("x", 2921))))
      socket:send(string.rep("x", 2920))
    end)
    socket:connect(1000, "${SERVER_ADDRESS}")`);
  const { received } = serve(program, 1000);
  program.run(1000);
  expect(program.lines).toEqual(["false\tfalse", "sent\ttrue\tnil", "sent\ttrue\tnil"]);
  expect(received.join("")).toHaveLength(2920);
});

test.each(luaBoards)("%s: what is sent inside sent is told when it has left, too", (id) => {
  const program = luaProgram(id, `
    local socket, count = net.createConnection(), 0
    local function send()
      count = count + 1
      if count < 4 then socket:send(string.rep(tostring(count), 10)) else print("all sent") end
    end
    socket:on("connection", send)
    socket:on("sent", send)
    socket:connect(1000, "${SERVER_ADDRESS}")`);
  const { received } = serve(program, 1000);
  expect(program.run(5000)).toEqual(["all sent"]);
  expect(received.join("")).toBe(`${"1".repeat(10)}${"2".repeat(10)}${"3".repeat(10)}`);
});

test.each(luaBoards)("%s: a second send before the first was sent ends the run", (id) => {
  const program = luaProgram(id, `
    local socket = net.createConnection()
    socket:on("connection", function() socket:send("one") socket:send("two") end)
    socket:connect(1000, "${SERVER_ADDRESS}")
    tmr.create():alarm(3000, tmr.ALARM_SINGLE, function() print("never") end)`);
  serve(program, 1000);
  expect(program.run(5000)).toEqual([]);
  expect(program.failures).toEqual(["The program does what a board does not survive: net: a second send before the first was sent."]);
});

test.each(luaBoards)("%s: an error in a network callback", (id) => {
  const program = luaProgram(id, `
    print("boot")
    local socket = net.createConnection()
    socket:on("connection", function() error("x") end)
    socket:connect(1000, "${SERVER_ADDRESS}")`);
  serve(program, 1000);
  program.run(1000);
  // The ESP8266 resets at once and connects again; the ESP32 goes on for two seconds.
  if (id === "esp8266-lua") expect(program.lines.length).toBeGreaterThan(2);
  else expect(program.lines).toHaveLength(1);
  program.run(1500);
  expect(program.lines.length).toBeGreaterThan(1);
});

test.each(luaBoards)("%s: a lost network ends connections at once on an ESP8266, and after two minutes on an ESP32", (id) => {
  const joining = id === "esp8266-lua"
    ? 'wifi.setmode(1, false) wifi.sta.config({ ssid = "attic", pwd = "correct horse", save = false }) wifi.eventmon.register(3, start)'
    : 'wifi.mode(1) wifi.start() wifi.sta.config({ ssid = "attic", pwd = "correct horse" }) wifi.sta.on("got_ip", start) wifi.sta.connect()';
  const program = luaProgram(id, `
    local function start()
      local socket = net.createConnection()
      socket:on("connection", function() print("connection", socket:getpeer()) end)
      socket:on("disconnection", function(_, code) print("ended", code) end)
      socket:connect(1000, "${SERVER_ADDRESS}")
    end
    ${joining}`, {}, air);
  serve(program, 1000);
  program.run(10000);
  expect(program.lines).toEqual([`connection\t1000\t${SERVER_ADDRESS}`]);
  program.world.setAccessPoint("attic", { present: false });
  program.run(119000);
  expect(program.lines.slice(1)).toEqual(id === "esp8266-lua" ? ["ended\t-8"] : []);
  program.run(2000);
  expect(program.lines.slice(1)).toEqual(id === "esp8266-lua" ? ["ended\t-8"] : ["ended\t0", "ended\t-13"]);
});

test("tls of an ESP8266: errors are texts, and the end of a closed connection is told on a later turn", () => {
  const program = luaProgram("esp8266-lua", `
    local function open(name, port)
      local socket = tls.createConnection()
      socket:on("connection", function() print(name, "connection") socket:send("hello") end)
      socket:on("sent", function() print(name, "sent") socket:close() print(name, "closed") end)
      socket:on("disconnection", function(...) print(name, "disconnection", select("#", ...)) end)
      socket:on("reconnection", function(_, reason) print(name, reason) end)
      socket:send("nobody hears this")
      socket:connect(port, "${SERVER_ADDRESS}")
    end
    open("good", 1000)
    open("plain", 2000)
    open("refused", 9)`, { tlsLevel: TlsLevel.encryptedUnverified });
  const received: string[] = [];
  const handler = (): { onBytes(bytes: string): void; onEnded(): void } => ({ onBytes: (bytes) => void received.push(bytes), onEnded: () => undefined });
  program.world.listenTcp(1000, handler, { tls: { names: [], trusted: false } });
  program.world.listenTcp(2000, handler);
  program.run(2000);
  expect(program.lines.filter((line) => line.startsWith("good"))).toEqual(["good\tconnection", "good\tsent", "good\tclosed", "good\tdisconnection\t1"]);
  expect(program.lines.filter((line) => !line.startsWith("good")).sort()).toEqual(["plain\tSSL handshake failed", "refused\tConnection reset"]);
  expect(received).toEqual(["hello"]);
});

test.each(luaBoards)("%s: without a network a connect is silence, a datagram an error, a name nothing or an error", (id) => {
  const program = luaProgram(id, `
    local socket = net.createConnection()
    for _, event in ipairs({ "connection", "disconnection", "reconnection" }) do socket:on(event, function() print(event) end) end
    socket:connect(1000, "${SERVER_ADDRESS}")
    local udp = net.createUDPSocket()
    udp:listen(0)
    print(select(2, pcall(udp.send, udp, 5683, "${SERVER_ADDRESS}", "x")))
    print(pcall(net.dns.resolve, "cloud.example", function(...) print("answer", ...) end))`, {}, air);
  program.run(600000);
  const answer = id === "esp8266-lua" ? ["true", "answer\tnil\tnil"] : [expect.stringMatching(/^false\t.*illegal value$/)];
  expect(program.lines).toEqual([expect.stringMatching(/routing problem$/), ...answer]);
});

test("names: four questions at a time; an address is answered inside the call on an ESP8266, and later on an ESP32", () => {
  const source = `
    net.dns.resolve("192.0.2.7", function(...) print("address", ...) end)
    print("after")
    local answers = 0
    for i = 1, 5 do
      print(i, (pcall(net.dns.resolve, "cloud" .. i .. ".example", function(first, second) answers = answers + 1 if answers == ANSWERS then print("all") end end)))
    end`;
  const first = luaProgram("esp8266-lua", source.replace("ANSWERS", "4"));
  expect(first.run(1000)).toEqual(["address\tnil\t192.0.2.7", "after", "1\ttrue", "2\ttrue", "3\ttrue", "4\ttrue", "5\tfalse", "all"]);
  const second = luaProgram("esp32-lua", source.replace("ANSWERS", "3"));
  expect(second.run(1000)).toEqual(["after", "1\ttrue", "2\ttrue", "3\ttrue", "4\tfalse", "5\tfalse", "address\t192.0.2.7", "all"]);
});

test.each(luaBoards)("%s: datagrams are refused without a byte, and a port is bound once", (id) => {
  const program = luaProgram(id, `
    local one, two = net.createUDPSocket(), net.createUDPSocket()
    one:listen(4000)
    print(select(2, pcall(two.listen, two, 4000)))
    print(select(2, pcall(one.send, one, 5683, "${SERVER_ADDRESS}", "")))
    one:close()
    two:listen(4000)
    print(pcall(one.close, one) and "" or "closed")
    two:on("receive", function(socket, bytes, port, address) print(socket == two, bytes, port, address, (pcall(two.send, two, 5683, address, "x"))) end)
    two:send(5683, "${SERVER_ADDRESS}", "hello")`);
  const got: string[] = [];
  const server = program.world.bindUdp(5683, (bytes, address, port) => {
    got.push(bytes);
    if (bytes !== "hello") return;
    server.send("", address, port);
    server.send("back", address, port);
  });
  program.run(1000);
  const [taken, empty, closed, ...received] = program.lines;
  expect([taken, empty, closed]).toEqual([expect.stringMatching(/address in use$/), expect.stringMatching(/no data to send$/), "closed"]);
  // An empty datagram ends the socket of an ESP32, all but its receiving.
  if (id === "esp8266-lua") expect(received).toEqual([`true\t\t5683\t${SERVER_ADDRESS}\ttrue`, `true\tback\t5683\t${SERVER_ADDRESS}\ttrue`]);
  else expect(received).toEqual([`false\tback\t5683\t${SERVER_ADDRESS}\tfalse`]);
});

test("wifi of an ESP8266 joins again by itself, until it is told to leave", () => {
  const program = luaProgram("esp8266-lua", `
    wifi.setmode(wifi.STATION, false)
    local failures = 0
    wifi.eventmon.register(wifi.eventmon.STA_GOT_IP, function(info) print("got ip", info.IP ~= nil, wifi.sta.getip() == info.IP) end)
    wifi.eventmon.register(wifi.eventmon.STA_DISCONNECTED, function(info)
      failures = failures + 1
      print("disconnected", info.SSID, info.reason)
      if failures == 3 then wifi.sta.disconnect() end
    end)
    wifi.sta.config({ ssid = "attic", pwd = "correct horse", auto = true, save = false })
    tmr.create():alarm(90000, tmr.ALARM_SINGLE, function() wifi.sta.connect() end)
    tmr.create():alarm(100000, tmr.ALARM_SINGLE, function() wifi.sta.disconnect() end)`, {}, air);
  program.run(10000);
  program.world.setAccessPoint("attic", { present: false });
  program.run(50000);
  expect(program.lines).toEqual(["got ip\ttrue\ttrue", "disconnected\tattic\t200", "disconnected\tattic\t201", "disconnected\tattic\t201"]);
  program.world.setAccessPoint("attic", { present: true });
  expect(program.run(60000)).toEqual(["got ip\ttrue\ttrue", "disconnected\tattic\t8"]);
});

test("wifi of an ESP32 wants its calls in order, and joins once", () => {
  const program = luaProgram("esp32-lua", `
    local function try(...) print(select(2, pcall(...))) end
    try(wifi.sta.config, { ssid = "attic" })
    try(wifi.sta.connect)
    wifi.mode(wifi.STATION, false)
    wifi.sta.on("start", function(name) print(name) end)
    wifi.start()
    wifi.sta.on("got_ip", function(name, info) print(name, info.ip ~= nil) end)
    wifi.sta.on("disconnected", function(name, info) print(name, info.ssid, info.reason) end)
    wifi.sta.config({ ssid = "attic", pwd = "wrong horse" }, false)
    wifi.sta.connect()
    try(wifi.sta.connect)`, {}, air);
  const lines = program.run(60000);
  expect(lines.map((line) => line.replace(/^.*: /, ""))).toEqual([
    "failed to set wifi config, code 12293", "connect failed, code 12290", "connect failed, code 12295", "start", "disconnected\tattic\t15",
  ]);
});

/** The same engines on a desk: real sockets, real time, and files that stay. */
import { mkdtempSync, rmSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { luaBoards, luaImage } from "../../../test/support/lua-program";
import { openDevice } from "../../device/device";
import { startLua } from "./engine";

const root = join(__dirname, "..", "..", "..");

test.each(luaBoards)("%s: a file, a connection and a restart", async (id) => {
  const stateDir = mkdtempSync(join(tmpdir(), "motet-desk-lua-"));
  const server = net.createServer((socket) => void socket.on("error", () => undefined).on("data", (bytes) => socket.end(`${bytes.toString()} back`)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const open = id === "esp8266-lua" ? "file.open" : "io.open";
  const { image, version } = luaImage(id, `
    if file.exists("records.0") then
      local opened = ${open}("records.0", "r")
      return print("kept " .. opened:read(100))
    end
    local socket = net.createConnection()
    local got = ""
    socket:on("connection", function() socket:send("there and") end)
    socket:on("receive", function(_, bytes) got = got .. bytes end)
    socket:on("disconnection", function(_, code)
      local opened = ${open}("records.0", "w")
      opened:write(got)
      opened:close()
      print("ended", code)
      node.restart()
    end)
    socket:connect(${(server.address() as AddressInfo).port}, "127.0.0.1")`);
  const lines: string[] = [];
  const failures: string[] = [];
  const boot = (done: (line: string) => boolean, ended: () => void): void => {
    const device = openDevice({ stateDir, onReset: () => ended() });
    const events = {
      failed: (message: string) => failures.push(message),
      console: (line: string) => {
        lines.push(line);
        if (done(line)) setImmediate(() => {
          running.stop();
          device.close();
          ended();
        });
      },
    };
    const running = startLua(version, root, image, device, events);
  };
  await new Promise<void>((resolve) => boot(() => false, resolve));
  await new Promise<void>((resolve) => boot((line) => line.startsWith("kept"), resolve));
  server.close();
  rmSync(stateDir, { recursive: true });
  expect([lines, failures]).toEqual([["ended\t0", "kept there and back"], []]);
});

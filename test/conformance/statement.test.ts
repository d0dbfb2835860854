import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { crossed, crossingsOf } from "./statement";

test("nothing crosses where nothing is sent", async () => {
  expect(await crossingsOf(() => undefined)).toBe(0);
  expect(await crossingsOf(() => crossed(""))).toBe(0);
});

test("what the process prints is no crossing", async () => {
  expect(await crossingsOf(() => void process.stderr.write("\n"))).toBe(0);
});

test("what a child process prints or is told is no crossing", async () => {
  const child = spawn(process.execPath, ["-e", "process.stdin.pipe(process.stdout)"]);
  const count = await crossingsOf(async () => {
    child.stdin.end("x");
    expect(String((await once(child.stdout, "data"))[0])).toBe("x");
    await once(child, "close");
  });
  expect(count).toBe(0);
});

test("a harness tells of its own bytes", async () => {
  expect(await crossingsOf(() => crossed("x"))).toBe(1);
  expect(await crossingsOf(() => crossed(new Uint8Array(3)))).toBe(1);
});

test("connecting alone is no crossing; bytes on a TCP socket are", async () => {
  const server = createServer((socket) => socket.on("data", (bytes) => socket.end(bytes)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1");
  expect(await crossingsOf(async () => void (await once(client, "connect")))).toBe(0);
  const count = await crossingsOf(async () => {
    client.write("x");
    const [echo] = (await once(client, "data")) as [Buffer];
    expect(echo.toString()).toBe("x");
  });
  expect(count).toBeGreaterThanOrEqual(4);
  client.end();
  server.close();
  await once(server, "close");
});

test("datagrams are crossings, empty ones are not", async () => {
  const receiver = createSocket("udp4");
  const sender = createSocket("udp4");
  try {
    receiver.bind(0, "127.0.0.1");
    await once(receiver, "listening");
    const roundOf = (bytes: string): Promise<number> =>
      crossingsOf(async () => {
        sender.send(bytes, receiver.address().port, "127.0.0.1");
        await once(receiver, "message");
      });
    expect(await roundOf("x")).toBeGreaterThanOrEqual(2);
    expect(await roundOf("")).toBe(0);
  } finally {
    sender.close();
    receiver.close();
  }
});

/**
 * The CoAP client against libcoap's server, unchanged, on a loopback socket. Real time, because the peer's is: the client is
 * woken when the protocol asks for it, and nothing else waits.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { coapCancel, coapOpen, coapPing, coapReceive, coapRequest, coapTick } from "../../firmware/protocol/coap/client";
import type { CoapClient, CoapRequest, CoapSink } from "../../firmware/protocol/coap/client";
import { optionUint, plain } from "../conformance/coap-peer";
import { crossed, statement } from "../conformance/statement";
import coapPacket from "coap-packet";
import type { ParsedPacket } from "coap-packet";

const program = "coap-server-notls";
const isInstalled = (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
const isRequired = (process.env["MOTET_REQUIRE"] ?? "").split(",").includes("libcoap");

interface Device {
  readonly client: CoapClient;
  readonly sent: ParsedPacket[];
  readonly got: ParsedPacket[];
  request(change: Partial<CoapRequest>, ref: number): number;
  cancel(ref: number): void;
  ping(ref: number): void;
  /** The next thing that the sink is told, as [name, arguments ...]. */
  told(): Promise<(string | number)[]>;
  /** The next datagram from the server, taken in. */
  heard(): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

/** Until the server says that its endpoint is there. (Pings would not do: the kernel limits how often it says "refused".) */
async function awaitServer(child: ChildProcess): Promise<void> {
  let output = "";
  await new Promise<void>((resolve, reject) => {
    const read = (bytes: Buffer): void => {
      if (output.length < 10000) output += bytes.toString("latin1");
      if (output.includes("created UDP")) resolve();
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("exit", () => reject(new Error(`the server ended: ${output}`)));
  });
}

async function openDevice(serverArguments: string[] = [], szx = 6, datagramBytesMax = 1152): Promise<Device> {
  const port = await freePort();
  const child = spawn(program, ["-A", "127.0.0.1", "-p", String(port), "-d", "20", "-v", "7", ...serverArguments], { stdio: ["ignore", "pipe", "pipe"] });
  const socket = createSocket("udp4");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  await awaitServer(child);
  const told: (string | number)[][] = [];
  const sent: ParsedPacket[] = [];
  const got: ParsedPacket[] = [];
  let wake = (): void => undefined;
  const changed = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await new Promise<void>((resolve) => (wake = resolve));
  };
  const start = process.hrtime.bigint();
  const uptime = (): number => Number((process.hrtime.bigint() - start) / 1000000n);
  let timer: NodeJS.Timeout | undefined;
  const tell = (event: (string | number)[]): void => void told.push(event);
  const sink: CoapSink = {
    send: (bytes) => {
      sent.push(coapPacket.parse(Buffer.from(bytes, "latin1")));
      crossed(bytes);
      socket.send(Buffer.from(bytes, "latin1"));
    },
    random: (count) => randomBytes(count).toString("latin1"),
    response: (ref, code, payload) => tell(["response", ref, code, payload]),
    notify: (ref, code, payload) => tell(["notify", ref, code, payload]),
    failed: (ref, code) => tell(["failed", ref, code]),
    wake: (inMs) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        coapTick(client, sink, uptime());
        wake();
      }, inMs);
    },
  };
  const client = coapOpen({ datagramBytesMax, szx, bodyBytesMax: 20000, exchangesMax: 4, lenient: false }, sink);
  socket.on("message", (bytes) => {
    got.push(coapPacket.parse(bytes));
    coapReceive(client, sink, bytes.toString("latin1"), uptime());
    wake();
  });
  return {
    client, sent, got,
    request: (change, ref) => coapRequest(client, sink, { ...plain, ...change }, ref, uptime()),
    cancel: (ref) => coapCancel(client, sink, ref, uptime()),
    ping: (ref) => void coapPing(client, sink, ref, uptime()),
    told: async () => {
      await changed(() => told.length > 0);
      return told.shift()!;
    },
    heard: async () => {
      const count = got.length;
      await changed(() => got.length > count);
    },
    close: async () => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      socket.close();
    },
  };
}

const running: Device[] = [];

async function open(...from: Parameters<typeof openDevice>): Promise<Device> {
  const device = await openDevice(...from);
  running.push(device);
  return device;
}

afterEach(async () => {
  for (const device of running.splice(0)) await device.close();
});

if (!isInstalled && !isRequired) {
  describe.skip(`libcoap: ${program} is not installed`, () => undefined);
} else {
  statement("TD_COAP_CORE_01 TD_COAP_CORE_02 TD_COAP_CORE_03 TD_COAP_CORE_10", "libcoap: GET, PUT, and DELETE of a resource made by PUT", async () => {
    const device = await open();
    device.request({ method: 3, path: "/made/here", payload: "21.5", contentFormat: 0 }, 1);
    expect(await device.told()).toEqual(["response", 1, 65, ""]);
    device.request({ path: "/made/here" }, 2);
    expect(await device.told()).toEqual(["response", 2, 69, "21.5"]);
    device.request({ method: 4, path: "/made/here" }, 3);
    expect(await device.told()).toEqual(["response", 3, 66, ""]);
    device.request({ path: "/made/here" }, 4);
    expect((await device.told()).slice(0, 3)).toEqual(["response", 4, 132]);
    device.request({ path: "/", nonConfirmable: true }, 5);
    expect((await device.told())[3]).toContain("libcoap");
  });

  statement("TD_COAP_CORE_31", "libcoap: a ping gets its Reset", async () => {
    const device = await open();
    device.ping(1);
    expect(await device.told()).toEqual(["response", 1, 0, ""]);
  });

  statement("TD_COAP_BLOCK_01 TD_COAP_BLOCK_02 TD_COAP_BLOCK_03 BLK-06 BLK-09", "libcoap: PUT by Block1 and GET by Block2, in blocks of 128 bytes and of 1024", async () => {
    const body = Array.from({ length: 5000 }, (_, i) => String.fromCharCode(33 + (i % 90))).join("");
    for (const [szx, bytesMax] of [[3, 268], [6, 1152]] as const) {
      const device = await open([], szx, bytesMax);
      device.request({ method: 3, path: "/example_data", payload: body, contentFormat: 0 }, 1);
      expect((await device.told()).slice(0, 3)).toEqual(["response", 1, 65]);
      expect(device.sent).toHaveLength(Math.ceil(5000 / (16 << szx)));
      device.request({ path: "/example_data" }, 2);
      expect(await device.told()).toEqual(["response", 2, 69, body]);
      expect(Math.max(...device.got.map((packet) => packet.payload.length))).toBe(16 << szx);
      device.request({ path: "/.well-known/core" }, 3);
      expect((await device.told())[3]).toContain("</time>");
    }
  });

  statement("TD_COAP_OBS_01 TD_COAP_OBS_09 TD_COAP_OBS_12 TD_COAP_OBS_11", "libcoap: notifications of /time in order, one in flight, then cancelled", async () => {
    const device = await open();
    device.request({ path: "/time", observe: true }, 1);
    for (let i = 0; i < 3; i += 1) expect((await device.told()).slice(0, 3)).toEqual(["notify", 1, 69]);
    const numbers = device.got.map((packet) => optionUint(packet, "Observe"));
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    // Each CON notification was acknowledged before the next one came.
    const ids = device.got.filter((packet) => packet.confirmable).map((packet) => packet.messageId);
    expect(device.sent.filter((packet) => packet.ack).map((packet) => packet.messageId)).toEqual(ids);
    device.cancel(1);
    await device.heard();
    expect(device.client.open).toHaveLength(0);
    expect(optionUint(device.got[device.got.length - 1]!, "Observe")).toBe(-1);
  });

  statement("TD_COAP_CORE_09 TD_COAP_CORE_11 ML-16", "libcoap: the separate response of /async", async () => {
    const device = await open();
    device.request({ path: "/async", query: "1" }, 1);
    expect(await device.told()).toEqual(["response", 1, 69, "done"]);
    expect(device.got.map((packet) => [packet.code, packet.ack])).toEqual([["0.00", true], ["2.05", false]]);
    expect(device.sent.filter((packet) => packet.code === "0.01")).toHaveLength(1);
  });

  statement("TD_COAP_CORE_15 ML-01 ML-02", "libcoap: a lost answer is asked for again after 2 to 3 s", async () => {
    const device = await open(["-l", "1"]);
    device.request({ path: "/" }, 1);
    expect((await device.told()).slice(0, 3)).toEqual(["response", 1, 69]);
    expect(device.sent).toHaveLength(2);
    expect(device.sent[1]).toEqual(device.sent[0]);
  }, 10000);

  statement("TD_COAP_CORE_16", "libcoap: the separate response comes although its empty ACK was lost", async () => {
    const device = await open(["-l", "1"]);
    device.request({ path: "/async", query: "1" }, 1);
    expect(await device.told()).toEqual(["response", 1, 69, "done"]);
    expect(device.sent.filter((packet) => packet.code === "0.01")).toHaveLength(1);
    expect(device.got).toHaveLength(1);
  });
}

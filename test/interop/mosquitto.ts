/**
 * Mosquitto, as installed, on a free loopback port, and the MQTT client on a real socket beside it. Uptime is the test's:
 * nothing here waits for time to pass, everything waits for an event.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { mqttClosed, mqttConnect, mqttOpen, mqttReceive, mqttResend } from "../../firmware/protocol/mqtt/session";
import type { MqttOptions, MqttSession, MqttSink } from "../../firmware/protocol/mqtt/session";
import { OPTIONS } from "../conformance/mqtt-peer";

/** Where the broker's program is, or undefined. */
export const mosquittoPath = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"]
  .map((folder) => join(folder, "mosquitto"))
  .find((path) => existsSync(path));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Connects, again and again while nobody listens yet. */
async function reach(port: number, isAlive: () => boolean): Promise<Socket> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const outcome = await Promise.race([once(socket, "connect").then(() => "open"), once(socket, "close").then(() => "refused")]).catch(() => "refused");
    if (outcome === "open") return socket;
    if (!isAlive()) throw new Error("mosquitto did not start");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface Broker {
  /** Takes anyone who gives no user name, and refuses every user name with CONNACK 5 unless it was told to take any. */
  readonly port: number;
  start(): Promise<void>;
  /** SIGTERM: sessions are saved. SIGKILL: they are lost, with what an earlier end has saved. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  remove(): Promise<void>;
}

export async function openBroker({ takesNames = false } = {}): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), "motet-mosquitto-"));
  const port = await freePort();
  const passwords = join(folder, "passwords");
  const config = join(folder, "mosquitto.conf");
  writeFileSync(passwords, "");
  writeFileSync(
    config,
    [
      `user ${userInfo().username}`,
      `listener ${port} 127.0.0.1`,
      "allow_anonymous true",
      "persistence true",
      `persistence_location ${folder}/`,
      ...(takesNames ? [] : [`password_file ${passwords}`]),
      "",
    ].join("\n"),
  );
  let child: ChildProcess | undefined;
  const broker: Broker = {
    port,
    async start() {
      const started = spawn(mosquittoPath!, ["-c", config], { stdio: "ignore" });
      child = started;
      (await reach(port, () => started.exitCode === null && started.signalCode === null)).destroy();
    },
    async stop(signal) {
      const running = child;
      child = undefined;
      if (running === undefined) return;
      running.kill(signal);
      await once(running, "exit");
      if (signal === "SIGKILL") rmSync(join(folder, "mosquitto.db"), { force: true });
    },
    async remove() {
      await broker.stop("SIGKILL");
      rmSync(folder, { recursive: true });
    },
  };
  await broker.start();
  return broker;
}

/** The client on a socket, with an owner that answers `resend` from what it published, on a later turn. */
export interface Device {
  readonly session: MqttSession;
  readonly sink: MqttSink;
  readonly heard: (string | number | boolean)[][];
  /** First bytes and sizes of what was sent. */
  readonly sent: string[];
  readonly messages: Map<number, { topic: string; payload: string }>;
  uptime: number;
  /** While true, bytes of the broker are lost instead of received. */
  isDeaf: boolean;
  open(port: number): Promise<void>;
  /** Cuts the connection without a word, once what was sent is out. */
  cut(): Promise<void>;
  /** Waits until `isTrue`, looking after each thing that happens. */
  until(isTrue: () => boolean): Promise<void>;
}

export function openDevice(options: Partial<MqttOptions>): Device {
  let socket: Socket | undefined;
  let wake = (): void => undefined;
  const note = (...event: (string | number | boolean)[]): void => {
    device.heard.push(event);
    wake();
  };
  const device: Device = {
    session: mqttOpen({ ...OPTIONS, ...options }),
    heard: [],
    sent: [],
    messages: new Map(),
    uptime: 1000,
    isDeaf: false,
    sink: {
      send(bytes) {
        device.sent.push(bytes);
        socket!.write(bytes, "latin1");
      },
      connected: (sessionPresent) => note("connected", sessionPresent),
      acknowledged: (ref) => note("acknowledged", ref),
      subscribed: (packetId, codes) => note("subscribed", packetId, Buffer.from(codes, "latin1").toString("hex")),
      deliver: (topic, payload, qos) => note("deliver", topic, payload, qos),
      resend(ref, packetId) {
        note("resend", ref, packetId);
        const { topic, payload } = device.messages.get(ref)!;
        setImmediate(() => mqttResend(device.session, device.sink, packetId, topic, payload, false, device.uptime));
      },
      close(code) {
        note("close", code);
        socket!.end();
      },
      wake: () => undefined,
    },
    async open(port) {
      socket = connect(port, "127.0.0.1");
      const mine = socket;
      mine.on("data", (chunk) => {
        if (!device.isDeaf) mqttReceive(device.session, device.sink, (chunk as Buffer).toString("latin1"), device.uptime);
        wake();
      });
      mine.on("error", () => undefined);
      mine.on("close", () => {
        if (mine === socket) mqttClosed(device.session);
        note("lost");
      });
      await once(mine, "connect");
      mqttConnect(device.session, device.sink, device.uptime);
    },
    async cut() {
      await new Promise((resolve) => socket!.write("", resolve));
      const closed = once(socket!, "close");
      socket!.destroy();
      await closed;
    },
    async until(isTrue) {
      while (!isTrue()) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
  return device;
}

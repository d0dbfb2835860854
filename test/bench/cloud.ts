/**
 * The local cloud's ingest beside servers in C and in JavaScript: MQTT QoS 1 beside Mosquitto, CoAP POST beside libcoap
 * and node-coap. One load generator, in a process of its own, drives all of them in the same run.
 *
 * What the rows do not have in common: the local cloud parses, checks and stores each reading; Mosquitto finds that
 * nobody subscribes, libcoap's example server keeps the last body, node-coap answers a constant. Compare processor time
 * per message: the generator shares the machine with the server.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { buildSync } from "esbuild";

export interface CloudRow {
  readonly server: string;
  readonly load: "MQTT QoS 1" | "CoAP CON POST";
  /** Messages acknowledged in a second. */
  readonly perSec: number;
  /** The server's processor time per message, microseconds. */
  readonly cpuUs: number;
}

const seconds = 3;

/** Bundles a program of the project into `folder`. */
function bundle(folder: string, path: string): string {
  const outfile = join(folder, basename(path, ".ts") + ".cjs");
  buildSync({ entryPoints: [join(process.cwd(), path)], bundle: true, platform: "node", target: "node20", format: "cjs", outfile, logLevel: "error" });
  return outfile;
}

function firstLine(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.once("error", () => reject(new Error(`${what} cannot be started`)));
    child.once("exit", () => reject(new Error(`${what} ended before it said anything`)));
  });
}

async function freeTcpPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** A server that says nothing when it is ready: tries until it accepts. */
async function accepting(port: number): Promise<void> {
  for (let tries = 0; tries < 5000; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`nothing listens on port ${port}`);
}

interface Target {
  readonly server: string;
  readonly load: CloudRow["load"];
  readonly port: number;
  readonly path: string;
  readonly method: "POST" | "PUT";
  readonly child: ChildProcess;
}

async function measure(load: string, target: Target): Promise<CloudRow> {
  const protocol = target.load === "MQTT QoS 1" ? "mqtt" : "coap";
  const args = [load, protocol, String(target.port), target.path, target.method, String(seconds), String(target.child.pid)];
  const generator = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const row = JSON.parse(await firstLine(generator, "the load generator")) as { perSec: number; cpuUs: number };
  return { server: target.server, load: target.load, ...row };
}

/** Runs the whole bench, about half a minute. Needs Linux and the Debian packages mosquitto and libcoap3-bin. */
export async function cloudBench(): Promise<readonly CloudRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "motet-bench-"));
  const children: ChildProcess[] = [];
  const start = (command: string, args: readonly string[], debianPackage = "nodejs"): ChildProcess => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    child.on("error", () => undefined);
    if (child.pid === undefined) throw new Error(`${command} cannot be started: install the Debian package ${debianPackage}`);
    children.push(child);
    return child;
  };
  try {
    const [load, serve] = [bundle(folder, "test/bench/cloud-load.ts"), bundle(folder, "test/bench/cloud-serve.ts")];
    const rows: CloudRow[] = [];
    const run = async (target: Target, others: readonly ChildProcess[] = []): Promise<void> => {
      rows.push(await measure(load, target));
      for (const child of others) child.kill();
    };
    const cloud = start(process.execPath, [serve, "thethings"]);
    const { mqtt, coap, token } = JSON.parse(await firstLine(cloud, "the local cloud")) as { mqtt: number; coap: number; token: string };
    const path = `v2/things/${token}`;
    const post = { method: "POST" as const, path };
    await run({ server: "local cloud", load: "MQTT QoS 1", port: mqtt, ...post, child: cloud });
    await run({ server: "local cloud", load: "CoAP CON POST", port: coap, ...post, child: cloud }, [cloud]);

    const mqttPort = await freeTcpPort();
    const config = join(folder, "mosquitto.conf");
    writeFileSync(config, `listener ${mqttPort} 127.0.0.1\nallow_anonymous true\n`);
    const mosquitto = start("mosquitto", ["-c", config], "mosquitto");
    await accepting(mqttPort);
    await run({ server: "Mosquitto", load: "MQTT QoS 1", port: mqttPort, ...post, child: mosquitto }, [mosquitto]);

    const libcoapPort = await freeUdpPort();
    const libcoap = start("coap-server-notls", ["-A", "127.0.0.1", "-p", String(libcoapPort)], "libcoap3-bin");
    await run({ server: "libcoap", load: "CoAP CON POST", port: libcoapPort, path: "example_data", method: "PUT", child: libcoap }, [libcoap]);

    const nodePort = await freeUdpPort();
    const nodeCoap = start(process.execPath, [serve, "node-coap", String(nodePort)]);
    await firstLine(nodeCoap, "node-coap");
    await run({ server: "node-coap", load: "CoAP CON POST", port: nodePort, ...post, child: nodeCoap }, [nodeCoap]);
    return rows;
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true });
  }
}

/**
 * Modules of others beside ours: each minified and run from flash as ours is, alone, with as little around it as it can be used
 * with. Whoever runs the bench has their files; they are never part of the project.
 */
import { readFileSync } from "node:fs";
import { minify } from "terser";
import { loadBoard } from "../../../boards/toolchain/board";
import type { Image } from "../../../sim/engines/image";
import { openBroker } from "../../interop/mosquitto";
import { BOARD_ID } from "./subjects";
import { atRest, boot, idle } from "./rig";

/** A module of somebody else: `path` is its source. */
export interface Peer {
  readonly name: "MQTT.js" | "tinyMQTT.js";
  readonly path: string;
}

/** What of a module a program uses; every program calls it `m`. */
const modules: Readonly<Record<Peer["name"], { readonly options: string; readonly socket: string; readonly heard: string }>> = {
  "MQTT.js": { options: 'client_id:"peer",', socket: "m.client", heard: 'm.on("message",function(t,p){heard(p)});' },
  "tinyMQTT.js": { options: "", socket: "m.cl", heard: 'm.on("message",function(d){heard(d.message)});' },
};

/** How soon after it is connected a peer begins; tinyMQTT says that it is before the broker does. */
const SETTLE_MS = 100;

/** The image of a module and of a program that connects it to a broker on `port`, and runs `then` once it is connected. */
async function imageOfPeer(root: string, peer: Peer, port: number, before: string, then: string): Promise<Image> {
  const { code } = await minify(readFileSync(peer.path, "utf8"), { ecma: 2015, toplevel: true, compress: { passes: 3, ecma: 2015 }, mangle: { toplevel: true } });
  const program = `${before}var m=require("peer").create("127.0.0.1",{${modules[peer.name].options}port:${port}});m.on("connected",function(){setTimeout(function(){${then}},${SETTLE_MS})});m.connect();`;
  return { board: BOARD_ID, runtime: "espruino", constants: loadBoard(root, BOARD_ID).constants, files: new Map([[".bootcde", program], ["peer", code!]]), main: ".bootcde", maps: new Map(), modules: [] };
}

const CONNECTED = 'print("motet connected 1 \\"\\"");';

/** Variables that a module alone takes at rest, connected to Mosquitto and subscribed. */
export async function measurePeer(root: string, binary: string, peer: Peer): Promise<number> {
  const broker = await openBroker();
  const image = await imageOfPeer(root, peer, broker.port, "", `m.subscribe("down");${CONNECTED}`);
  const { probe } = await idle(binary, image);
  const bench = boot(binary, image);
  try {
    await bench.until("the connection", () => bench.said.length > 0);
    return (await atRest(bench)) - probe;
  } finally {
    await bench.stop();
    await broker.remove();
  }
}

/** What a peer publishes to `topic`, `burst` messages each time that its socket has drained; in each, `%` is their number. */
export interface Publishing {
  readonly topic: string;
  readonly message: string;
  readonly burst: number;
  /** Whether it takes messages to that topic, as a device does that obeys commands there: its own come back. It does nothing with them. */
  readonly listens: boolean;
}

/** Publishes without end. */
export function publishingPeer(root: string, peer: Peer, port: number, { topic, message, burst, listens }: Publishing): Promise<Image> {
  const text = message.split("%").map((part) => `'${part}'`).join("+n+");
  const more = `var n=0;function heard(p){}function more(){for(var i=0;i<${burst};i++){n++;m.publish("${topic}",${text})}}`;
  const listen = listens ? `${modules[peer.name].heard}m.subscribe("${topic}");` : "";
  return imageOfPeer(root, peer, port, more, `${listen}${modules[peer.name].socket}.on("drain",more);more()`);
}

/** Says on the console, as our device does, the number behind "value" of each message that comes to `topic`. */
export function listeningPeer(root: string, peer: Peer, port: number, topic: string): Promise<Image> {
  const heard = 'function heard(p){var i=p.indexOf("value");print("motet obeyed "+(i<0?-1:parseInt(p.substr(i+7)))+" \\"\\"")}';
  return imageOfPeer(root, peer, port, heard, `${modules[peer.name].heard}m.subscribe("${topic}");${CONNECTED}`);
}

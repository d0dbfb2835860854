/**
 * The load generator of the cloud bench, as a process of its own: closed loop, a window of unanswered requests on each
 * of several connections. Writes bytes by template, so that it costs less than any server it drives.
 *
 * Arguments: mqtt|coap, port, token, method (CoAP code detail), seconds, process id of the server. Prints one line of
 * JSON: `{"perSec":number,"cpuUs":number}`, the server's processor time per message by /proc (Linux).
 */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { generate as coapBytes } from "coap-packet";
import { generate } from "mqtt-packet";

const [protocol, port, path, method, seconds, pid] = process.argv.slice(2) as [string, string, string, string, string, string];
const payload = '{"values":[{"key":"temperature","value":21.53}]}'.padEnd(60);
/** Until the server's code is hot. */
const warmUpMs = 1500;
/** /proc counts in hundredths of a second. */
const tickUs = 10000;

let answered = 0;

function cpuUs(): number {
  const fields = (readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1] ?? "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickUs;
}

function floodMqtt(clientId: string, window: number): void {
  const packet = generate({ cmd: "publish", topic: path, payload, qos: 1, messageId: 1, dup: false, retain: false });
  const idAt = packet.length - payload.length - 2;
  const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
  let messageId = 0;
  let bytes = -4; // the CONNACK
  const send = (count: number): void => {
    const packets = Buffer.alloc(count * packet.length);
    for (let i = 0; i < count; i++) {
      messageId = (messageId % 65535) + 1;
      packet.copy(packets, i * packet.length);
      packets.writeUInt16BE(messageId, i * packet.length + idAt);
    }
    socket.write(packets);
  };
  socket.write(generate({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId, keepalive: 0 }));
  socket.on("data", (data) => {
    const first = bytes < 0;
    bytes += data.length;
    if (first && bytes >= 0) send(window);
    const acknowledged = Math.max(0, Math.floor(bytes / 4));
    bytes -= acknowledged * 4;
    answered += acknowledged;
    if (acknowledged > 0) send(acknowledged);
  });
  socket.on("close", () => process.exit(1));
}

function floodCoap(window: number): void {
  const options = path.split("/").map((segment) => ({ name: "Uri-Path" as const, value: Buffer.from(segment) }));
  const code = method === "PUT" ? "0.03" : "0.02";
  const bytes = coapBytes({ code, confirmable: true, messageId: 0, token: Buffer.from("1234"), options, payload: Buffer.from(payload) });
  const socket = createSocket({ type: "udp4", lookup: (address, _options, done) => void done(null, address, 4) });
  let messageId = process.pid;
  const send = (): void => {
    const copy = Buffer.from(bytes);
    messageId = (messageId + 1) & 0xffff;
    copy.writeUInt16BE(messageId, 2);
    socket.send(copy, Number(port), "127.0.0.1");
  };
  socket.on("message", (answer) => {
    // 2.xx only: a refusal is not work.
    if ((answer[1] as number) >> 5 !== 2) process.exit(1);
    answered += 1;
    send();
  });
  socket.bind(0, "127.0.0.1", () => {
    for (let i = 0; i < window; i++) send();
  });
}

if (protocol === "mqtt") for (let i = 0; i < 50; i++) floodMqtt(`load-${i}`, 20);
else for (let i = 0; i < 8; i++) floodCoap(8);

setTimeout(() => {
  answered = 0;
  const cpu = cpuUs();
  const began = process.hrtime.bigint();
  setTimeout(() => {
    const elapsed = Number(process.hrtime.bigint() - began) / 1e9;
    const row = { perSec: Math.round(answered / elapsed), cpuUs: Number(((cpuUs() - cpu) / answered).toFixed(2)) };
    process.stdout.write(`${JSON.stringify(row)}\n`);
    process.exit();
  }, Number(seconds) * 1000);
}, warmUpMs);

/**
 * One server of the cloud bench, as a process of its own: `thethings` (the local cloud, with a real thing), or
 * `node-coap` (npm's coap, which stores nothing). Prints one line, `{"mqtt":port,"coap":port,"token":text}`, and serves.
 */
import { createServer } from "coap";
import { listenCoap } from "../../sim/cloud/coap/listen";
import { realHost } from "../../sim/cloud/host";
import { listenMqtt } from "../../sim/cloud/mqtt/listen";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import { thethingsCoap } from "../../sim/cloud/thethings/coap";
import { createThethings } from "../../sim/cloud/thethings/model";
import { thethingsMqtt } from "../../sim/cloud/thethings/mqtt";

/** The bench's few connections together send what is meant for thousands of devices. */
const noRate = 1e9;

async function serveThethings(): Promise<object> {
  const host = realHost();
  const model = createThethings(host, { limits: { timelineValuesMax: 1000 } });
  const { thingToken } = model.createThing();
  const server = createMqttServer(host, thethingsMqtt(host, model), { packetsPerSecMax: noRate });
  const at = { address: "127.0.0.1", port: 0 };
  const mqtt = await listenMqtt(host, server, at);
  const coap = await listenCoap(host, thethingsCoap(host, model), { ...at, limits: { datagramsPerSecMax: noRate } });
  return { mqtt: mqtt.port, coap: coap.port, token: thingToken };
}

function serveNodeCoap(): Promise<object> {
  // Its default keeps every exchange for 247 s at 5 kB each; this is the setting that makes it usable.
  const server = createServer({ cacheSize: 262144 }, (_request, response) => {
    response.code = "2.01";
    response.end('{"status":"Success","message":"Created"}');
  });
  return new Promise((resolve) => {
    server.listen(Number(process.argv[3]), "127.0.0.1", () => resolve({ coap: Number(process.argv[3]), token: "none" }));
  });
}

void (process.argv[2] === "node-coap" ? serveNodeCoap() : serveThethings()).then((ports) => {
  process.stdout.write(`${JSON.stringify(ports)}\n`);
});

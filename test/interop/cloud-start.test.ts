/**
 * The whole thethings.iO emulation as it is started for users, and real peers on each of its transports at once: what
 * one writes all others hear.
 */
import { request } from "coap";
import type { IncomingMessage } from "coap";
import { startThethings } from "../../sim/cloud/thethings/index";
import type { StartedThethings } from "../../sim/cloud/thethings/index";
import { coapPeer, libcoapBinaries, messageLine, mosquittoPub, mosquittoSub, startPeer } from "./cloud-peers";

let cloud: StartedThethings;
beforeEach(async () => (cloud = await startThethings({ activationCodes: ["code-1"], activationDelayMs: 0 })));
afterEach(() => cloud.close());

/** A request by npm's coap, unchanged. */
function nodeCoap(method: "POST" | "GET", pathname: string, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: cloud.ports.coap, method, pathname });
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(body);
  });
}

test("a write by npm's coap reaches mosquitto_sub in clear and over TLS, and a CoAP observer", async () => {
  const created = await nodeCoap("POST", "/v2/things", '{"activationCode":"code-1"}');
  expect(created.code).toBe("2.01");
  const { thingToken } = JSON.parse(created.payload.toString()) as { thingToken: string };
  const topic = ["-t", `v2/things/${thingToken}`, "-C", "1"];
  const plain = await mosquittoSub(["-h", "127.0.0.1", "-p", String(cloud.ports.mqtt), ...topic]);
  const secure = await mosquittoSub(["-h", "localhost", "-p", String(cloud.ports.mqtts), "--cafile", cloud.ca, ...topic]);
  const observer = await coapPeer(cloud.ports.coap);
  expect((await observer.ask("GET", `v2/things/${thingToken}`, { observe: 0 })).code).toBe("2.05");
  const wrote = await nodeCoap("POST", `/v2/things/${thingToken}`, '{"values":[{"key":"fun","value":"9000"}]}');
  expect(wrote.code).toBe("2.01");
  const expected = [{ key: "fun", value: "9000" }];
  expect(JSON.parse(await messageLine(plain))).toMatchObject(expected);
  expect(JSON.parse(await messageLine(secure))).toMatchObject(expected);
  expect(JSON.parse((await observer.inbox.next()).payload.toString())).toMatchObject(expected);
  expect([(await plain.done).code, (await secure.done).code]).toEqual([0, 0]);
  await observer.close();
});

test("mosquitto_pub without the authority refuses the cloud's certificate", async () => {
  const args = ["-h", "localhost", "-p", String(cloud.ports.mqtts), "--capath", "/nonexistent", "-t", "t", "-m", "x"];
  const { code } = await mosquittoPub(args).done;
  expect(code).not.toBe(0);
});

test("mosquitto_pub repeats 500 writes at QoS 1, and its last will stays unsaid", async () => {
  const { thingToken } = cloud.model.createThing();
  const at = ["-h", "127.0.0.1", "-p", String(cloud.ports.mqtt), "-q", "1", "-t", `v2/things/${thingToken}`];
  const will = ["--will-topic", `v2/things/${thingToken}`, "--will-payload", '{"values":[{"key":"LWT","value":1}]}'];
  const { code } = await mosquittoPub([...at, ...will, "--repeat", "500", "-m", '{"values":[{"key":"n","value":1}]}']).done;
  expect(code).toBe(0);
  // All 500 were acknowledged, and a polite end writes no will.
  expect(cloud.model.counts.values).toBe(500);
});

test("libcoap writes a batch in blocks of 16 and reads it back in blocks of 64 and of 1024", async () => {
  const { thingToken } = cloud.model.createThing();
  const values = Array.from({ length: 100 }, (_, i) => ({ key: "k", value: `value-${i}`, datetime: new Date(i * 1000).toISOString() }));
  const base = `coap://127.0.0.1:${cloud.ports.coap}/v2/things/${thingToken}`;
  const libcoap = (...args: string[]) => startPeer("coap-client-notls", libcoapBinaries, args).done;
  const wrote = await libcoap("-m", "post", "-b", "16", "-e", JSON.stringify({ values }), base);
  expect(wrote.output.trim()).toBe('{"status":"Success","message":"Created"}');
  for (const size of ["64", "1024"]) {
    const read = JSON.parse((await libcoap("-b", size, `${base}/resources/k?limit=100`)).output) as unknown[];
    expect(read).toEqual([...values].reverse());
  }
}, 20000);

test("a peer that is not installed is named with its package", async () => {
  const absent = startPeer("no-such-peer", "the Debian package no-such-package", []);
  await expect(absent.done).rejects.toThrow("no-such-peer is missing: install the Debian package no-such-package");
  await expect(absent.line()).rejects.toThrow("no-such-package");
});

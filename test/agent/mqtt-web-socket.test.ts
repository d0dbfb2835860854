/** A device that speaks MQTT over a WebSocket, in the virtual world: what it offers, demands, sends and survives (MQTT 3.1.1 chapter 6). */
import { lastWill, seconds } from "../../firmware/index";
import { statement } from "../conformance/statement";
import { closeOf, frame, headerOf } from "../conformance/websocket-peer";
import { counter } from "../support/counter";
import { createEvrythngDevice, createEvrythngWorld } from "../support/evrythng-world";
import type { EvrythngDevice, EvrythngWorld } from "../support/evrythng-world";

const minutes = (n: number): number => n * 60000;

function worldOf(seed: number): EvrythngWorld {
  return createEvrythngWorld(seed, "mqtt-ws");
}

function connected(cloud: EvrythngWorld, device: EvrythngDevice, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("connected").length === times, minutes(20))).toBe(true);
}

function command(cloud: EvrythngWorld, fan: boolean): void {
  cloud.as("create", `/thngs/${cloud.own.thng}/actions/_go`, { customFields: { fan } });
  cloud.world.run(1000);
}

/** The code with which the device went offline last. */
const offlineCode = (device: EvrythngDevice): number | undefined => device.told("offline").at(-1)?.number;

statement("MQTT-6.0.0-3", "it asks for the platform's path, offers the subprotocol mqtt and no extension, and shows its key to nobody before CONNECT", () => {
  const cloud = worldOf(1);
  connected(cloud, createEvrythngDevice(cloud, counter()));
  const [request = ""] = cloud.requests;
  expect(request).toMatch(/^GET \/mqtt HTTP\/1\.1\r\n/);
  expect(headerOf(request, "Host")).toBe("10.0.0.1");
  expect(headerOf(request, "Sec-WebSocket-Protocol")).toBe("mqtt");
  expect(headerOf(request, "Sec-WebSocket-Version")).toBe("13");
  expect(headerOf(request, "Sec-WebSocket-Extensions")).toBeUndefined();
  expect(request).not.toContain(cloud.own.device);
  expect(request).not.toContain(cloud.own.thng);
});

statement("MQTT-6.0.0-4", "a server that chooses no subprotocol, or one that was not offered, is told nothing and left", () => {
  for (const lines of [[], ["Sec-WebSocket-Protocol: mqttv3.1"]]) {
    const cloud = worldOf(2);
    const frames: string[] = [];
    cloud.wire.answer = () => lines;
    cloud.wire.onFrame = (_opcode, payload) => frames.push(payload);
    const device = createEvrythngDevice(cloud, counter());
    cloud.world.run(minutes(5));
    expect(frames).toEqual([]);
    expect(offlineCode(device)).toBe(256 + 7);
    delete cloud.wire.answer;
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(20))).toBe(true);
    expect(device.told("connected")).toHaveLength(1);
  }
});

statement("MQTT-6.0.0-1", "it sends binary frames alone, and a text frame ends the connection with 1003", () => {
  const cloud = worldOf(3);
  const opcodes = new Set<number>();
  cloud.wire.onFrame = (opcode) => opcodes.add(opcode);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  cloud.world.run(minutes(2));
  expect([...opcodes]).toEqual([2]);
  cloud.inject(frame(1, "hello"));
  cloud.world.run(seconds(5));
  expect(offlineCode(device)).toBe(256 + 1003);
  connected(cloud, device, 2);
});

statement("MQTT-6.0.0-2", "packets span frames of any size and share them, both ways alike", () => {
  for (const size of [1, 2, 3, 7, 50]) {
    const obeyed: unknown[] = [];
    const cloud = worldOf(4);
    cloud.wire.cut = (data) => data.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [""];
    cloud.wire.gather = (send) => void cloud.world.clock.schedule(500, send);
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.world.run(minutes(2));
    command(cloud, true);
    command(cloud, false);
    cloud.world.run(minutes(1));
    expect(obeyed).toEqual([true, false]);
    expect(device.thing().publisher.log.waiting).toBeLessThan(3);
    expect(cloud.stored("count").length).toBeGreaterThan(15);
    expect(device.told("offline")).toEqual([]);
  }
});

test("several packets in one frame are all taken", () => {
  const obeyed: unknown[] = [];
  const cloud = worldOf(5);
  const device = createEvrythngDevice(cloud, counter(obeyed));
  connected(cloud, device);
  // What the server says for ten seconds goes as one message: acknowledgements, echoes and actions.
  cloud.wire.gather = (send) => void cloud.world.clock.schedule(10000, send);
  command(cloud, true);
  command(cloud, false);
  command(cloud, true);
  cloud.world.run(seconds(15));
  expect(obeyed).toEqual([true, false, true]);
  expect(device.told("offline")).toEqual([]);
});

test("its answer to a ping repeats what the ping said, and more pings than it can answer end the connection, not the device", () => {
  const cloud = worldOf(6);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  cloud.inject(frame(9, "there?"));
  cloud.world.run(seconds(30));
  expect(device.told("offline")).toEqual([]);
  cloud.inject(frame(9, "x".repeat(125)).repeat(1000));
  cloud.world.run(minutes(1));
  expect(device.told("offline").length).toBeLessThanOrEqual(1);
  expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(20))).toBe(true);
});

test("the server's farewell is answered and told, with the reason that it gave", () => {
  const cloud = worldOf(7);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  cloud.inject(frame(8, closeOf(1001, "going away")));
  cloud.world.run(seconds(5));
  expect(offlineCode(device)).toBe(256 + 1001);
  connected(cloud, device, 2);
});

test("a handshake that is refused is told with its status, and tried again with ever longer pauses", () => {
  const cloud = worldOf(8);
  const device = createEvrythngDevice(cloud, counter());
  cloud.stopCloud();
  const web = cloud.world.listenTcp(80, (stream) => ({
    onBytes: () => {
      stream.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy");
      stream.close();
    },
    onEnded: () => undefined,
  }));
  cloud.world.run(minutes(30));
  expect(offlineCode(device)).toBe(256 + 503);
  expect(device.told("retry").length).toBeLessThan(40);
  expect(device.told("dropped")).toEqual([]);
  web.close();
  cloud.startCloud();
  expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(20))).toBe(true);
});

test("a server that takes the connection and never answers the handshake costs it two minutes, and no reading", () => {
  const cloud = worldOf(9);
  const device = createEvrythngDevice(cloud, counter());
  cloud.wire.toCloud = false;
  cloud.world.run(minutes(3));
  expect(offlineCode(device)).toBe(70);
  cloud.wire.toCloud = true;
  expect(cloud.world.runUntil(() => device.told("connected").length > 0 && device.thing().publisher.log.waiting === 0, minutes(20))).toBe(true);
  expect(cloud.stored("count")[0]?.value).toBe(1);
});

test("what comes in place of frames ends the connection with the protocol's code", () => {
  const cloud = worldOf(10);
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  cloud.inject("\xff\xff\xff");
  cloud.world.run(seconds(5));
  expect(offlineCode(device)).toBe(256 + 1002);
  connected(cloud, device, 2);
});

test("it leaves in order: DISCONNECT, Close, and no last will", () => {
  const cloud = worldOf(11);
  const frames: string[] = [];
  cloud.wire.onFrame = (_opcode, payload) => frames.push(payload);
  const device = createEvrythngDevice(cloud, (thing) => {
    counter()(thing);
    lastWill(thing, "gone");
  });
  connected(cloud, device);
  cloud.world.run(minutes(1));
  const { driver, supervisor } = device.thing();
  driver.close(supervisor.link!);
  supervisor.linked = false;
  cloud.world.run(minutes(5));
  expect(frames.filter((payload) => payload === "\xe0\0")).toHaveLength(1);
  expect(cloud.closes).toEqual([1000]);
  expect(cloud.model.counts.values).toBeGreaterThan(0);
  expect(() => cloud.stored("lwt")).toThrow("The property does not exist");
});

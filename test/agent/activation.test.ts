/**
 * Activation when things go wrong. Over MQTT every cut ends with one thing and its token in flash; a definite refusal ends the
 * tries. CoAP has no second answer: what is lost there is said.
 */
import { recordGet } from "../../firmware/store/records";
import { CODES, createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, WorldDevice } from "../support/thethings-world";

const idle = (): void => {};

function activated(cloud: CloudWorld, device: WorldDevice): boolean {
  return cloud.world.runUntil(() => device.machine.on && device.told("connected").length > 0, 40 * 60000);
}

function stored(device: WorldDevice, key: string): string | undefined {
  return recordGet(device.thing().records, key);
}

/** The topics in SUBSCRIBE packets that crossed, as far as they are activation channels. */
function channels(cloud: CloudWorld): string[] {
  const found = cloud.crossed.flatMap((bytes) => bytes.match(/v2\/activations\/[^/]+\/([0-9a-f]{16})/)?.[1] ?? []);
  return [...new Set(found)];
}

test("a lost answer: the same channel is used again, and the same token comes", () => {
  const cloud = createCloudWorld({ seed: 11 });
  const device = createThingDevice(cloud, "mqtt", idle, settings());
  // The answer is under way two seconds after SUBSCRIBE; nothing gets through to the device from then on.
  cloud.world.run(1500);
  cloud.wire.toDevice = false;
  cloud.world.run(60000);
  expect(device.told("activated")).toHaveLength(0);
  cloud.wire.toDevice = true;
  expect(activated(cloud, device)).toBe(true);
  expect(channels(cloud)).toHaveLength(1);
  expect(cloud.model.hasThing(device.thing().token)).toBe(true);
  expect(stored(device, "token")).toBe(device.thing().token);
});

test("the cloud dies between creating the thing and answering", () => {
  const cloud = createCloudWorld({ seed: 12 });
  const device = createThingDevice(cloud, "mqtt", idle, settings());
  expect(cloud.world.runUntil(() => channels(cloud).length === 1, 10000)).toBe(true);
  cloud.world.run(1000);
  // The thing exists from the moment of the subscription; its answer is two seconds away.
  const early = cloud.model.activate(CODES[0], channels(cloud)[0]);
  cloud.stopCloud();
  cloud.world.run(60000);
  cloud.startCloud();
  expect(activated(cloud, device)).toBe(true);
  expect(early).toEqual({ ok: true, thingToken: device.thing().token });
});

test("the device dies between the answer and the flash write, and after it", () => {
  for (let cut = 0; cut < 400; cut += 40) {
    const cloud = createCloudWorld({ seed: 13 });
    const device = createThingDevice(cloud, "mqtt", idle, settings());
    expect(cloud.world.runUntil(() => channels(cloud).length === 1, 10000)).toBe(true);
    cloud.world.run(1900 + cut);
    device.machine.powerCut();
    cloud.world.run(3000);
    device.machine.powerOn();
    expect(activated(cloud, device)).toBe(true);
    expect(cloud.model.hasThing(device.thing().token)).toBe(true);
    expect(channels(cloud)).toHaveLength(1);
  }
});

test("an unknown code is refused for good: no more tries, not even after a restart, until a new code comes", () => {
  const cloud = createCloudWorld({ seed: 14 });
  const device = createThingDevice(cloud, "mqtt", idle, settings({ code: "never-heard-of" }));
  cloud.world.run(30 * 60000);
  expect(device.told("refused")).toHaveLength(1);
  expect(device.told("stopped")).toHaveLength(1);
  const crossed = cloud.crossed.length;
  device.machine.powerCut();
  device.machine.powerOn();
  cloud.world.run(30 * 60000);
  expect(cloud.crossed).toHaveLength(crossed);
  expect(device.told("stopped")).toHaveLength(2);
});

test("a used code: another device's attempt ends in refusal, the first one keeps its token", () => {
  const cloud = createCloudWorld({ seed: 15 });
  const first = createThingDevice(cloud, "mqtt", idle, settings());
  expect(activated(cloud, first)).toBe(true);
  const second = createThingDevice(cloud, "mqtt", idle, settings());
  expect(cloud.world.runUntil(() => second.told("refused").length === 1, 60000)).toBe(true);
  expect(cloud.model.hasThing(first.thing().token)).toBe(true);
  expect(stored(second, "token")).toBeUndefined();
});

test("over CoAP a refused code ends the tries as well", () => {
  const cloud = createCloudWorld({ seed: 16 });
  const device = createThingDevice(cloud, "coap", idle, settings({ code: "never-heard-of" }));
  cloud.world.run(10 * 60000);
  expect(device.told("refused")).toHaveLength(1);
  expect(device.told("stopped")).toHaveLength(1);
});

test("over CoAP a lost answer costs the code: the device says that it was refused, and a token by hand is the way out", () => {
  const cloud = createCloudWorld({ seed: 17 });
  const device = createThingDevice(cloud, "coap", idle, settings());
  cloud.wire.toDevice = false;
  cloud.world.run(110000);
  cloud.wire.toDevice = true;
  expect(cloud.world.runUntil(() => device.told("refused").length === 1, 30 * 60000)).toBe(true);
  const { thingToken } = cloud.model.createThing();
  const again = createThingDevice(cloud, "coap", idle, settings({ code: "", token: thingToken }), { flash: device.machine.flash });
  device.machine.powerCut();
  cloud.world.run(1000);
  expect(activated(cloud, again)).toBe(true);
});

test("a code that is used up leaves flash together with its channel", () => {
  const cloud = createCloudWorld({ seed: 18 });
  const device = createThingDevice(cloud, "mqtt", idle, settings());
  expect(activated(cloud, device)).toBe(true);
  expect(stored(device, "code")).toBeUndefined();
  expect(stored(device, "channel")).toBeUndefined();
});

test("two devices that activate at one moment get two tokens, each its own", () => {
  const cloud = createCloudWorld({ seed: 19 });
  const one = createThingDevice(cloud, "mqtt", idle, settings({ code: CODES[0] }));
  const two = createThingDevice(cloud, "mqtt", idle, settings({ code: CODES[1] }));
  expect(activated(cloud, one) && activated(cloud, two)).toBe(true);
  expect(one.thing().token).not.toBe(two.thing().token);
  expect(channels(cloud)).toHaveLength(2);
});

test("a flash that takes no token: the device works on, and asks again with the same channel after a restart", () => {
  const cloud = createCloudWorld({ seed: 20 });
  const device = createThingDevice(cloud, "mqtt", idle, settings());
  expect(cloud.world.runUntil(() => channels(cloud).length === 1, 10000)).toBe(true);
  for (let block = 0; block < 4; block += 1) device.machine.flash.wearOut("records", block);
  expect(activated(cloud, device)).toBe(true);
  const { token } = device.thing();
  expect(stored(device, "token")).toBeUndefined();
  device.machine.powerCut();
  device.machine.powerOn();
  expect(cloud.world.runUntil(() => device.told("connected").length === 2, 60000)).toBe(true);
  expect(device.thing().token).toBe(token);
  expect(channels(cloud)).toHaveLength(1);
});

test.each(["mqtt", "coap"] as const)("over %s a cloud that cannot store the thing refuses nothing for good: the device asks again", (transport) => {
  const cloud = createCloudWorld({ seed: 21 });
  cloud.disk.works = false;
  const device = createThingDevice(cloud, transport, idle, settings());
  cloud.world.run(2 * 60000);
  expect(device.told("refused")).toEqual([]);
  cloud.disk.works = true;
  expect(activated(cloud, device)).toBe(true);
  expect(stored(device, "token")).toBe(device.thing().token);
});

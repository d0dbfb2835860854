/**
 * Activation on ThingsBoard is provisioning, whose answer comes once: cut anywhere, it ends with one device on the platform and a token
 * in flash that is let in; a definite refusal ends the tries. All of it over each transport.
 */
import { recordGet } from "../../firmware/store/records";
import { CODE, createThingsboardDevice, createThingsboardWorld, operatorsDevice, profile, transports, reboot } from "../support/thingsboard-world";
import type { ThingsboardDevice, ThingsboardWorld } from "../support/thingsboard-world";

const idle = (): void => {};
const minutes = (n: number): number => n * 60000;

function stored(device: ThingsboardDevice, key: string): string | undefined {
  return recordGet(device.thing().records, key);
}

/** It connects, as the one device of its name, with the token that the platform knows it by. */
function expectOneDevice(cloud: ThingsboardWorld, device: ThingsboardDevice): void {
  const before = device.told("connected").length;
  expect(cloud.world.runUntil(() => device.told("connected").length > before, minutes(40))).toBe(true);
  expect(cloud.devices()).toHaveLength(1);
  const { credentials } = cloud.devices()[0]!.info;
  expect(credentials).toEqual({ type: "ACCESS_TOKEN", token: stored(device, "token") });
  expect(stored(device, "token")).toBe(device.thing().token);
  expect(device.thing().token).toMatch(/^[0-9a-f]{32}$/);
  for (const key of ["code", "channel", "refused"]) expect(stored(device, key)).toBeUndefined();
}

function expectRefused(cloud: ThingsboardWorld, device: ThingsboardDevice): void {
  cloud.world.run(minutes(30));
  expect(device.told("refused")).toHaveLength(1);
  expect(device.told("stopped")).toMatchObject([{ number: 67 }]);
  expect(stored(device, "token")).toBeUndefined();
  // Not after a restart either.
  const before = cloud.connections();
  device.machine.powerCut();
  cloud.world.run(1000);
  device.machine.powerOn();
  cloud.world.run(minutes(30));
  expect(cloud.connections()).toBe(before);
  expect(device.told("stopped")).toHaveLength(2);
}

describe.each(transports)("over %s", (transport) => {
  test("an answer that is lost: the device asks again, is told that its name is taken, and is let in with the token that it made", () => {
    let lost = 0;
    const cloud = createThingsboardWorld(1, transport, {
      losing: (bytes) => {
        if (bytes.includes('"SUCCESS"')) lost += 1;
        return bytes.includes('"SUCCESS"');
      },
    });
    const device = createThingsboardDevice(cloud, idle);
    expect(cloud.world.runUntil(() => lost > 0, minutes(1))).toBe(true);
    cloud.world.run(20000);
    expect(cloud.devices()).toHaveLength(1);
    expect(device.told("activated")).toEqual([]);
    expectOneDevice(cloud, device);
    expect(cloud.sent.some((bytes) => bytes.includes('"FAILURE"'))).toBe(true);
    expect(device.told("activated")).toHaveLength(1);
  });

  test.each(["createNew", "preMade"] as const)("the power cut anywhere in it, profile %s", (strategy) => {
    const kinds = new Set<string>();
    for (let cut = 0; cut < 600; cut += 10) {
      const cloud = createThingsboardWorld(2, transport, { strategy });
      const device = createThingsboardDevice(cloud, idle);
      if (strategy === "preMade") operatorsDevice(cloud, device.machine.ports.system.uniqueId(), "operators-own");
      cloud.world.run(cut);
      kinds.add(`${cloud.devices().filter(({ info }) => info.provisioned).length} ${device.told("activated").length} ${device.told("connected").length}`);
      device.machine.powerCut();
      cloud.world.run(3000);
      device.machine.powerOn();
      expectOneDevice(cloud, device);
    }
    // Before it was made, made and not told, told and not connected, connected.
    expect([...kinds].sort()).toEqual(["0 0 0", "1 0 0", "1 1 0", "1 1 1"]);
  });

  test("the power cut between the answer and the flash write", () => {
    const cloud = createThingsboardWorld(3, transport);
    const device = createThingsboardDevice(cloud, idle);
    // The answer has left the cloud; the device goes before it has come.
    expect(cloud.world.runUntil(() => cloud.sent.some((bytes) => bytes.includes('"SUCCESS"')), minutes(1))).toBe(true);
    expect(device.told("activated")).toEqual([]);
    reboot(cloud, device);
    expectOneDevice(cloud, device);
  });

  test("the power cut while the token that it made has to prove itself", () => {
    const cloud = createThingsboardWorld(4, transport);
    const device = createThingsboardDevice(cloud, idle);
    expect(cloud.world.runUntil(() => cloud.devices().length === 1, minutes(1))).toBe(true);
    reboot(cloud, device);
    expect(cloud.world.runUntil(() => (device.thing().asked?.pending ?? "") !== "", minutes(5))).toBe(true);
    reboot(cloud, device);
    expectOneDevice(cloud, device);
  });

  test("the cloud gone while the token that it made has to prove itself: it is proved when the cloud is back", () => {
    const cloud = createThingsboardWorld(5, transport);
    const device = createThingsboardDevice(cloud, idle);
    expect(cloud.world.runUntil(() => cloud.devices().length === 1, minutes(1))).toBe(true);
    reboot(cloud, device);
    expect(cloud.world.runUntil(() => (device.thing().asked?.pending ?? "") !== "", minutes(5))).toBe(true);
    cloud.stopCloud();
    cloud.world.run(minutes(10));
    expect(device.told("refused")).toEqual([]);
    cloud.startCloud();
    expectOneDevice(cloud, device);
  });

  test.each([["a wrong secret", `${profile.key}:wrong`], ["an unknown key", "nobody:nothing"], ["a code without its second part", profile.key]])("%s is refused for good", (_name, code) => {
    const cloud = createThingsboardWorld(6, transport);
    const device = createThingsboardDevice(cloud, idle, { code });
    expectRefused(cloud, device);
    expect(cloud.devices()).toEqual([]);
  });

  test("a name that another device has is refused for good: the token that this one made is not let in", () => {
    const cloud = createThingsboardWorld(7, transport);
    const device = createThingsboardDevice(cloud, idle);
    operatorsDevice(cloud, device.machine.ports.system.uniqueId(), "anothers-token");
    expectRefused(cloud, device);
    expect(cloud.devices().map(({ info }) => info.credentials)).toEqual([{ type: "ACCESS_TOKEN", token: "anothers-token" }]);
  });

  test("a device that nobody has made beforehand is refused where the profile wants that", () => {
    const cloud = createThingsboardWorld(8, transport, { strategy: "preMade" });
    expectRefused(cloud, createThingsboardDevice(cloud, idle));
  });

  test("a flash that takes no token: the device works on, and asks again with the same token after a restart", () => {
    const cloud = createThingsboardWorld(9, transport);
    const device = createThingsboardDevice(cloud, idle);
    expect(cloud.world.runUntil(() => cloud.devices().length === 1, minutes(1))).toBe(true);
    for (let block = 0; block < 4; block += 1) device.machine.flash.wearOut("records", block);
    expect(cloud.world.runUntil(() => device.told("connected").length === 1, minutes(5))).toBe(true);
    const { token } = device.thing();
    expect(stored(device, "token")).toBeUndefined();
    reboot(cloud, device);
    expect(cloud.world.runUntil(() => device.told("connected").length === 2, minutes(5))).toBe(true);
    expect(device.thing().token).toBe(token);
    expect(cloud.devices()).toHaveLength(1);
  });

  test("two devices with one code are two on the platform, each with a token of its own", () => {
    const cloud = createThingsboardWorld(10, transport);
    const [one, two] = [createThingsboardDevice(cloud, idle, { code: CODE }), createThingsboardDevice(cloud, idle, { code: CODE })];
    expect(cloud.world.runUntil(() => one.told("connected").length > 0 && two.told("connected").length > 0, minutes(10))).toBe(true);
    expect(cloud.devices()).toHaveLength(2);
    expect(one.thing().token).not.toBe(two.thing().token);
  });
});

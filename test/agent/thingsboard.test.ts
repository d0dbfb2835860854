/** A device on ThingsBoard, in the virtual world: it reports and loses nothing, whatever becomes of the cloud, its token and its subscriptions, over each transport. */
import { lastWill } from "../../firmware/index";
import { counter } from "../support/counter";
import { connected, createThingsboardDevice, createThingsboardWorld, operatorsDevice, reboot, transports } from "../support/thingsboard-world";
import type { ThingsboardWorld } from "../support/thingsboard-world";

const minutes = (n: number): number => n * 60000;

function counts(cloud: ThingsboardWorld): number[] {
  return cloud.stored("count").map(({ value }) => Number(value));
}

describe.each(transports)("over %s", (transport) => {
  test("it is made with its code, and reports at once, each value at its moment", () => {
    const cloud = createThingsboardWorld(1, transport);
    const device = createThingsboardDevice(cloud, counter());
    connected(cloud, device);
    const begun = cloud.world.now();
    cloud.world.run(minutes(5));
    expect(device.told("activated")).toMatchObject([{ number: 0 }]);
    expect(device.told("connected")).toMatchObject([{ text: transport }]);
    expect(counts(cloud)).toEqual(counts(cloud).map((_, i) => i + 1));
    expect(counts(cloud).length).toBeGreaterThan(28);
    expect(cloud.stored("count").at(-1)!.ts).toBeGreaterThan(begun + minutes(4));
    expect(cloud.stored("device.boot")).toHaveLength(1);
    // One connection to be made, one to live.
    expect(cloud.connections()).toBe(2);
  });

  test("while the cloud is away readings wait in flash, over a power cut too, and drain in order", () => {
    const cloud = createThingsboardWorld(2, transport);
    const device = createThingsboardDevice(cloud, counter());
    connected(cloud, device);
    cloud.stopCloud();
    cloud.world.run(minutes(20));
    const before = device.told("reading").length;
    reboot(cloud, device);
    cloud.world.run(minutes(10));
    cloud.startCloud();
    expect(cloud.world.runUntil(() => device.told("drained").length > 0 && device.thing().publisher.log.waiting === 0, minutes(30))).toBe(true);
    const values = counts(cloud);
    expect(before).toBeGreaterThan(100);
    expect(values.length).toBeGreaterThan(160);
    // It counts from one again after the boot.
    const cut = values.indexOf(1, 1);
    for (const part of [values.slice(0, cut), values.slice(cut)]) expect(part).toEqual(part.map((_, i) => i + 1));
    expect(device.told("dropped")).toEqual([]);
  });

  test("what was not acknowledged is sent again, and a value that comes twice is one of its moment", () => {
    const cloud = createThingsboardWorld(3, transport);
    const device = createThingsboardDevice(cloud, counter());
    connected(cloud, device);
    let written = 0;
    cloud.model.bus.watch(cloud.devices()[0]!.info.id, (change) => {
      if (change.kind === "series") written += change.points.filter(({ key }) => key === "count").length;
    });
    for (let n = 0; n < 10; n++) {
      cloud.wire.toDevice = false;
      cloud.world.run(minutes(3));
      cloud.wire.toDevice = true;
      cloud.world.run(minutes(6));
    }
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(30))).toBe(true);
    const values = counts(cloud);
    expect(values).toEqual(values.map((_, i) => i + 1));
    expect(values.length).toBeGreaterThan(400);
    expect(written).toBeGreaterThan(values.length);
  });

  test("a clock that is never set: readings without a time go one by one, and all arrive", () => {
    const cloud = createThingsboardWorld(14, transport);
    const device = createThingsboardDevice(cloud, counter(), {}, { clockIsSet: false });
    connected(cloud, device);
    cloud.stopCloud();
    cloud.world.run(minutes(5));
    cloud.startCloud();
    cloud.world.run(minutes(15));
    const values = counts(cloud);
    expect([...values].sort((a, b) => a - b)).toEqual(values.map((_, i) => i + 1));
    expect(values.length).toBeGreaterThan(100);
    expect(device.thing().publisher.untimed).toBeGreaterThan(100);
  });

  test("a token that is refused: it says so, keeps its readings, tries again every few minutes, and trusts it when it is known again", () => {
    const cloud = createThingsboardWorld(15, transport);
    const device = createThingsboardDevice(cloud, counter(), { code: "", token: "token-made-by-hand" });
    cloud.world.run(minutes(20));
    expect(device.told("tokenSuspect")).toHaveLength(1);
    expect(device.told("published")).toEqual([]);
    expect(device.told("refused")).toEqual([]);
    expect(device.thing().publisher.log.waiting).toBeGreaterThan(115);
    expect(cloud.connections()).toBeLessThan(30);
    expect(cloud.connections()).toBeGreaterThan(3);
    operatorsDevice(cloud);
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(60))).toBe(true);
    expect(device.told("tokenTrusted")).toHaveLength(1);
    expect(counts(cloud).length).toBeGreaterThan(115);
  });

  test("the platform stores no last will: none is sent", () => {
    const cloud = createThingsboardWorld(16, transport);
    const device = createThingsboardDevice(cloud, (thing) => {
      counter()(thing);
      lastWill(thing, "gone");
    });
    connected(cloud, device);
    device.machine.powerCut();
    cloud.world.run(minutes(5));
    expect([...cloud.devices()[0]!.series.keys()].sort()).toEqual(["count", "device.boot"]);
  });

  test("neither code nor token goes over less than is demanded: without TLS it stops and says so, unless plain text was asked for", () => {
    const cloud = createThingsboardWorld(17, transport);
    const plain = createThingsboardDevice(cloud, counter());
    connected(cloud, plain);
    expect(plain.told("insecure")).toHaveLength(1);
    const before = cloud.connections();
    for (const changes of [{ tls: 2 as const }, { tls: 2 as const, code: "", token: "token" }]) {
      const strict = createThingsboardDevice(cloud, counter(), changes);
      cloud.world.run(minutes(5));
      expect(strict.told("stopped")).toMatchObject([{ number: 69 }]);
      expect(strict.told("insecure")).toEqual([]);
    }
    expect(cloud.connections()).toBe(before);
  });
});

test("over mqtt, subscriptions that are refused are no loss: the platform says what it has to say all the same", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(13, "mqtt", { around: (service) => (client, request) => {
    const session = service(client, request);
    return typeof session === "number" ? session : { ...session, subscribe: (filter, qos) => (filter.includes("response") ? 0x80 : session.subscribe(filter, qos)) };
  } });
  const device = createThingsboardDevice(cloud, counter(obeyed));
  connected(cloud, device);
  cloud.world.run(minutes(2));
  expect(device.told("offline")).toEqual([]);
  expect(counts(cloud).length).toBeGreaterThan(10);
  device.machine.powerCut();
  cloud.share({ speed: 8 });
  cloud.world.run(1000);
  device.machine.powerOn();
  connected(cloud, device, 2);
  expect(obeyed).toEqual([8]);
});

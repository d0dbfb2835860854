/** What a device on EVRYTHNG publishes besides its readings, over MQTT in both carriers: location, actions, one property, the thng itself. */
import { minutes, sayOn } from "../../firmware/index";
import { statement } from "../conformance/statement";
import { counter } from "../support/counter";
import { createEvrythngDevice, createEvrythngWorld } from "../support/evrythng-world";
import type { EvrythngDevice, EvrythngTransport, EvrythngWorld } from "../support/evrythng-world";

const INVALID = 64;
const BUSY = 71;
const UNSUPPORTED = 72;

function connected(cloud: EvrythngWorld, device: EvrythngDevice, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("connected").length === times, minutes(20))).toBe(true);
}

describe.each<EvrythngTransport>(["mqtt", "mqtt-ws"])("over %s", (transport) => {
  statement("EV-5 EV-26 EV-27 EV-28 EV-29 EV-31", "each topic of its own: what it says there is written, and its readings go on", () => {
    const cloud = createEvrythngWorld(1, transport);
    const obeyed: unknown[] = [];
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    const say = (path: string, body: unknown): void => {
      expect(sayOn(device.thing(), path, JSON.stringify(body))).toBe(0);
      cloud.world.run(1000);
    };
    const at = `/thngs/${cloud.own.thng}`;
    say("/location", [{ position: { type: "Point", coordinates: [8.5, 47.4] } }]);
    say("/actions/_go", { customFields: { pressed: 1 } });
    say("/actions/all", { type: "_go", customFields: { pressed: 2 } });
    say("/properties/state", [{ value: "idle" }]);
    say("", { description: "in the hall" });
    expect(Object.values(cloud.as("read", `${at}/location`))).toEqual(expect.arrayContaining([expect.objectContaining({ latitude: 47.4, longitude: 8.5 })]));
    expect(Object.values(cloud.as("read", `${at}/actions/_go`)).flatMap((one) => (one as { customFields?: unknown }).customFields ?? [])).toEqual([{ pressed: 2 }, { pressed: 1 }]);
    expect(cloud.stored("state")).toMatchObject([{ value: "idle" }]);
    expect(cloud.as("read", at)).toMatchObject({ name: "thng", description: "in the hall" });
    const before = cloud.stored("count").length;
    cloud.world.run(minutes(2));
    expect(cloud.stored("count").length).toBeGreaterThan(before + 10);
    expect([obeyed, device.told("offline")]).toEqual([[], []]);
  });

  test("what is none of its topics is refused; what the platform cannot take is dropped there; offline it says so", () => {
    const cloud = createEvrythngWorld(2, transport);
    const device = createEvrythngDevice(cloud, counter());
    const say = (path: string, body = "{}"): number => sayOn(device.thing(), path, body);
    connected(cloud, device);
    for (const path of ["location", "/a b", "/#", "/+/x", "/x?access_token=y", "/\u00e4", `/${"x".repeat(96)}`]) expect([path, say(path)]).toEqual([path, INVALID]);
    expect(say("/location", " ".repeat(1025))).toBe(INVALID);
    expect([say("/location", "no json"), say("/nowhere"), say("/actions/_unknown")]).toEqual([0, 0, 0]);
    cloud.world.run(minutes(1));
    expect(device.told("offline")).toEqual([]);
    cloud.stopCloud();
    cloud.world.run(minutes(1));
    expect(say("/location")).toBe(BUSY);
    cloud.startCloud();
    connected(cloud, device, 2);
    expect(say("/properties/state", '[{"value":1}]')).toBe(0);
    cloud.world.run(1000);
    expect(cloud.stored("state")).toHaveLength(1);
  });
});

test("native WebSockets carry one topic each: there it is unsupported", () => {
  const cloud = createEvrythngWorld(3, "ws");
  const device = createEvrythngDevice(cloud, counter());
  connected(cloud, device);
  expect(sayOn(device.thing(), "/location", "[]")).toBe(UNSUPPORTED);
});

import { ChoiceError, deviceEntry, entrySource } from "./entry";
import { compileNative, findApp } from "./native";
import { usesOf } from "./uses";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");
const choice = { app: join(root, "firmware", "apps", "weather-station.ts"), platform: "thethings", transport: "mqtt", name: "station", version: "1.0.0" };

test("one profile and one link are linked, and nothing of the others", () => {
  const mqtt = entrySource(root, choice);
  expect(mqtt).toContain("agent/link-mqtt");
  expect(mqtt).not.toContain("coap");
  const coap = entrySource(root, { ...choice, transport: "coap" });
  expect(coap).toContain("agent/link-coap");
  expect(coap).not.toContain("mqtt");
});

test("the carrier of MQTT is the build's choice: a plain build links nothing of WebSockets, and native ones nothing of MQTT", () => {
  const evrythng = { ...choice, platform: "evrythng" };
  const plain = entrySource(root, evrythng);
  expect(plain).toContain("mqttLink(evrythngMqtt())");
  expect(plain).not.toContain("link-mqtt-ws");
  const framed = entrySource(root, { ...evrythng, transport: "mqtt-ws" });
  expect(framed).toContain("mqttWsLink(evrythngMqtt())");
  expect(framed).toContain("agent/link-mqtt-ws");
  const native = entrySource(root, { ...evrythng, transport: "ws" });
  expect(native).toContain("wsLink(evrythngWs())");
  expect(native).not.toContain("mqtt");
});

test.each(["espruino", "nodemcu"] as const)("an image on %s lets go of its app's definition when it has booted with it", (runtime) => {
  const [taken, main] = deviceEntry(root, choice, runtime).split("\n").filter((line) => line.startsWith("function "));
  expect(taken).toContain("app = undefined; return once;");
  expect(main).toMatch(/bootThing\(.*, taken\(\)\)/);
});

test("a choice that cannot be built says what can", () => {
  expect(() => entrySource(root, { ...choice, platform: "x" })).toThrow(new ChoiceError('There is no platform "x": choose thethings, evrythng or thingsboard.'));
  expect(() => entrySource(root, { ...choice, transport: "x" })).toThrow(new ChoiceError('thethings has no transport "x": choose mqtt or coap.'));
});

test("an app is found by its path or by the name of an example", () => {
  expect(findApp(root, "weather-station")).toBe(choice.app);
  expect(findApp(root, choice.app)).toBe(choice.app);
  expect(() => findApp(root, "nowhere")).toThrow("There is no app");
});

test("the example compiles for the simulator", async () => {
  const program = await compileNative(root, choice);
  expect(Object.keys(program).sort()).toEqual(["boot", "erase", "placeOf", "provision", "state"]);
});

describe("an app that watches", () => {
  const alarms = { ...choice, app: join(root, "firmware", "apps", "alarm-count.ts"), platform: "thingsboard" };

  test("and does nothing else has no link, no log and no other platform's watcher", () => {
    expect(usesOf(alarms.app)).toEqual({ watches: true, onlyWatches: true, platforms: ["thingsboard"], inMemory: false });
    const source = entrySource(root, alarms, usesOf(alarms.app));
    expect(source).toContain("agent/watch-ws");
    for (const absent of ["agent/link-", "agent/boot\"", "watch-sio", "evrythng"]) expect(source).not.toContain(absent);
  });

  test("and has readings of its own has both", () => {
    const app = join(root, "test", "engines", "apps", "watching-thing.ts");
    expect(usesOf(app)).toEqual({ watches: true, onlyWatches: false, platforms: ["thethings"], inMemory: false });
    const source = deviceEntry(root, { ...choice, app }, "espruino", usesOf(app));
    for (const present of ["agent/link-mqtt", "agent/watch-sio", "watcherOpen(thing, sioWatch(thethingsRealtime()))"]) expect(source).toContain(present);
  });

  test("names and words of the app's own files count, and an app that watches nothing takes nothing of that", () => {
    expect(usesOf(join(root, "test", "engines", "apps", "probe.ts"))).toEqual({ watches: false, onlyWatches: false, platforms: [], inMemory: true });
  });

  test("cannot be built for a platform that it does not watch, nor with its WebSocket taken", () => {
    expect(() => entrySource(root, { ...alarms, platform: "thethings" }, usesOf(alarms.app))).toThrow(new ChoiceError('This app watches thingsboard, because it imports "motet/watch/thingsboard": add --platform thingsboard.'));
    expect(() => entrySource(root, { ...alarms, transport: "mqtt-ws" }, { ...usesOf(alarms.app), onlyWatches: false })).toThrow("choose --transport mqtt");
  });

  test("says so to whoever provisions it", async () => {
    expect(Object.keys(await compileNative(root, alarms)).sort()).toEqual(["boot", "erase", "placeOf", "provision", "state", "watches"]);
  });
});

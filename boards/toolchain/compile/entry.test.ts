import { ChoiceError, entrySource } from "./entry";
import { compileNative, findApp } from "./native";
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
  expect(Object.keys(program).sort()).toEqual(["boot", "erase", "provision", "state"]);
});

/** A device in virtual time whose app throws: it is told as an event, with the app's line, and the run is over. */
import { every, seconds } from "../../firmware/index";
import { weatherSource } from "../device/weather";
import { programOf } from "../lab/program";
import type { DeskEvent } from "./events";
import { runVirtual } from "./virtual";

test("an app that throws ends the run with its line", async () => {
  const events: DeskEvent[] = [];
  const program = programOf(
    (thing) =>
      every(thing, seconds(10), () => {
        throw new Error("no such pin");
      }),
    { platform: "thethings", transport: "mqtt" },
  );
  const placeOf = (thrown: unknown): string => `app.ts:3 (${(thrown as Error).message})`;
  await runVirtual({ program: { ...program, placeOf }, platform: "thethings", seed: 1, forMs: 3600000, sensorSource: weatherSource(), onEvent: (event) => events.push(event), isOver: () => false });
  expect(events.filter(({ event }) => event === "failed")).toMatchObject([{ message: "no such pin", place: "app.ts:3 (no such pin)" }]);
  expect(Date.parse(String(events.at(-1)!["time"])) - Date.parse(String(events[0]!["time"]))).toBeLessThan(60000);
});

/** `motet sim --sensor-data`: the sensors follow a recording, and a bad line in it is refused before anything starts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "./command";

// A command has to start, on a machine that is busy.
jest.setTimeout(60000);

let folder: ReturnType<typeof scratch>;

beforeAll(() => {
  folder = scratch();
});

afterAll(() => folder.remove());

/** Runs ten virtual minutes over that recording. */
async function simOver(recording: string): Promise<{ code: number | null; temperatures: number[]; output: string }> {
  const path = join(folder.path, "recording.csv");
  writeFileSync(path, recording);
  const running = motet(["sim", "weather-station", "--json", "--time", "virtual", "--for", "10m", "--sensor-data", path]);
  const code = await running.ended;
  const readings = running.events.filter(({ event, key }) => event === "reading" && key === "temperature");
  return { code, temperatures: readings.map((reading) => Number(reading["value"])), output: running.output() };
}

test("readings follow the recording from its first line on", async () => {
  const { code, temperatures } = await simOver("time,temperature\n2019-07-01T00:00:00Z,10\n2019-07-01T00:20:00Z,30\n");
  expect(code).toBe(0);
  expect(temperatures.length).toBeGreaterThan(7);
  const steps = temperatures.slice(1).map((value, index) => value - temperatures[index]!);
  for (const step of steps) expect(step).toBeCloseTo(1, 1);
  // The first moment that is asked for is that of the first line.
  expect(temperatures[0]).toBeCloseTo(10, 1);
});

test("a bad line, and a file that is not there, are refused with one sentence", async () => {
  const { code, output } = await simOver("time,temperature\n0,10\n60,hot\n");
  expect(code).toBe(1);
  expect(output).toContain('The sensor data is wrong in line 3: "hot" is no number for temperature.');
  const absent = motet(["sim", "--sensor-data", join(folder.path, "absent.csv"), "--state", folder.path]);
  expect(await absent.ended).toBe(1);
  expect(absent.output()).toContain("The sensor data cannot be read (ENOENT): give --sensor-data the path of a CSV file.");
});

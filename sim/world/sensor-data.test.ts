/** Sensors that follow data: points, a recording, and the mistakes in one. */
import { readSensorData, replayed, scripted, SensorDataError } from "./sensor-data";

test("a quantity changes evenly from point to point and stays before the first and after the last", () => {
  const source = scripted([{ timeMs: 1000, temperature: 10 }, { timeMs: 2000, humidity: 60 }, { timeMs: 3000, temperature: 20, humidity: 80 }]);
  expect([0, 1000, 1500, 2000, 2999, 3000, 9000].map((at) => source(at).temperature)).toEqual([10, 10, 12.5, 15, 19.995, 20, 20]);
  expect([0, 2500, 9000].map((at) => source(at).humidity)).toEqual([60, 70, 80]);
  // Nobody said anything of the pressure.
  expect(source(1500).pressure).toBe(101325);
  expect(scripted([])(5).temperature).toBe(21);
});

test("a recording: columns in any order, others passed over, fields that are empty, dates or seconds", () => {
  const points = readSensorData("\ufeffPressure, time ,wind,temperature\r\n1013.25,2026-01-31T12:00:00Z,3,-4.5\r\n,2026-01-31T13:30:00+01:00,x,-3\n1010,2026-01-31 14:00:00.500Z,,\n\n");
  expect(points).toEqual([
    { timeMs: Date.UTC(2026, 0, 31, 12), pressure: 101325, temperature: -4.5 },
    { timeMs: Date.UTC(2026, 0, 31, 12, 30), temperature: -3 },
    { timeMs: Date.UTC(2026, 0, 31, 14, 0, 0, 500), pressure: 101000 },
  ]);
  expect(readSensorData("time,humidity\n0,10\n0.25,20").map(({ timeMs }) => timeMs)).toEqual([0, 250]);
});

test.each([
  ["", "line 1: it names the columns"],
  ["when,temperature\n1,2", 'line 1: it names the columns "time"'],
  ["time,wind\n1,2", "at least one of temperature, humidity, pressure"],
  ["time,humidity,time\n1,2,3", 'line 1: the column "time" is there twice'],
  ["time,humidity", "line 2: there is no data"],
  ["time,humidity\n1,2\n2", "line 3: it has 1 fields, and the first line names 2"],
  ["time,humidity\nnoon,2", 'line 2: "noon" is no time'],
  ["time,humidity\n2026-01-31T12:00:00,2", "is no time"],
  ["time,humidity\n2026-13-31T12:00:00Z,2", "is no time"],
  ["time,humidity\n5,2\n5,3", "line 3: its time is not after that of the line before"],
  ["time,humidity\n1,two", 'line 2: "two" is no number for humidity'],
  ["time,humidity\n1,101", "line 2: humidity is 0 to 100 percent, not 101"],
  ["time,pressure\n1,101325", "line 2: pressure is 300 to 1100 hectopascal, not 101325"],
  ["time,temperature\n1,-40.1", "line 2: temperature is -40 to 85 degrees Celsius, not -40.1"],
  [`time,humidity\n${"1,1\n".repeat(1000001)}`, "line 1000002: more than 1000000 lines"],
])("a bad line is refused with its number and why", (text, reason) => {
  expect(() => readSensorData(text)).toThrow(SensorDataError);
  expect(() => readSensorData(text)).toThrow(reason);
});

test("a replay begins with the first point whenever it is, and begins anew after the last", () => {
  const source = replayed([{ timeMs: 5000, temperature: 0 }, { timeMs: 15000, temperature: 10 }]);
  const start = Date.UTC(2030, 0, 1);
  expect([0, 2500, 9999, 10000, 12500, -2500].map((at) => source(start + at).temperature)).toEqual([0, 2.5, 9.999, 0, 2.5, 7.5]);
  expect(replayed([{ timeMs: 7, temperature: 3 }])(start).temperature).toBe(3);
});

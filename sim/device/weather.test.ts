import { createWeatherSource, readWeather, weatherSource } from "./weather";

const HOUR = 3600000;

test("gives the hours of the data, and what lies between them", () => {
  const source = weatherSource();
  const start = Date.UTC(2026, 0, 1, 1);
  expect(source(start).temperature).toBeCloseTo(4.0, 9);
  expect(source(start).pressure).toBeCloseTo(101660, 6);
  expect(source(start + HOUR).temperature).toBeCloseTo(3.9, 9);
  expect(source(start + HOUR / 2).temperature).toBeCloseTo(3.95, 9);
});

test("repeats every year without a jump, leap years included", () => {
  const source = weatherSource();
  expect(source(Date.UTC(2010, 6, 1, 12))).toEqual(source(Date.UTC(2031, 6, 1, 12)));
  for (const year of [2024, 2025, 2026]) {
    for (let hour = -30; hour < 30; hour += 1) {
      const at = Date.UTC(year, 0, 1) + hour * HOUR;
      expect(Math.abs(source(at + HOUR).temperature - source(at).temperature)).toBeLessThan(2);
    }
  }
});

test("every hour of a year is within what the sensor measures", () => {
  const source = weatherSource();
  for (let hour = 0; hour < 8784; hour += 1) {
    const { temperature, pressure, humidity } = source(Date.UTC(2028, 0, 1) + hour * HOUR);
    expect(temperature > -40 && temperature < 85).toBe(true);
    expect(pressure > 95000 && pressure < 105000).toBe(true);
    expect(humidity > 0 && humidity <= 100).toBe(true);
  }
});

test("damaged data is refused with its line", () => {
  const header = "date,pressure,temperature,wind";
  expect(() => readWeather("a,b\n")).toThrow("columns");
  expect(() => readWeather(`${header}\n2010-01-01T01:00:00,1016.6,4.0,3.8\n2010,x,4.0,3.8`)).toThrow("line 3");
  const one = createWeatherSource(readWeather(`${header}\n2010-01-01T01:00:00,1016.6,4.0,3.8`));
  expect(one(0).temperature).toBe(4);
});

/**
 * A weather station: temperature, pressure and humidity from a BME280 every minute, and a fan that the cloud switches.
 */
import { DigitalMode, defineThing, every, lastWill, measure, minutes, onCommand, report } from "motet";
import { openBme280, sampleBme280 } from "motet/drivers/bme280";

export default defineThing((thing) => {
  const { board } = thing;
  const sensor = openBme280(board.i2c, { bus: "default", address: 0x76 });
  const fan = board.digital.open({ pin: "fan", mode: DigitalMode.output, initialValue: 0, onReadable: undefined });

  measure(thing, { key: "temperature", unit: "Cel", decimals: 2 });
  measure(thing, { key: "pressure", unit: "hPa", decimals: 1 });
  measure(thing, { key: "humidity", unit: "%RH", decimals: 1 });
  measure(thing, { key: "fan.state" });
  lastWill(thing, "gone");

  every(thing, minutes(1), () => {
    sampleBme280(sensor, board.clock, (fault, sample) => {
      if (fault !== 0) return;
      report(thing, "temperature", sample.temperature);
      report(thing, "pressure", sample.pressure / 100);
      report(thing, "humidity", sample.humidity);
    });
  });

  onCommand(thing, { key: "fan", type: "boolean" }, (on) => {
    board.digital.write(fan, on ? 1 : 0);
    report(thing, "fan.state", on);
  });
});

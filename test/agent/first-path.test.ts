/** The whole path of one device in virtual time: activate, remember, report, obey; over MQTT and over CoAP. */
import { every, measure, minutes, onCommand, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { CODES, createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { Transport } from "../support/thethings-world";

const obeyed: boolean[] = [];

const station: Definition = (thing) => {
  let degrees = 20;
  measure(thing, { key: "temperature", unit: "Cel", decimals: 2 });
  every(thing, minutes(1), () => {
    degrees += 0.25;
    report(thing, "temperature", degrees);
  });
  onCommand(thing, { key: "fan", type: "boolean" }, (on) => void obeyed.push(on));
};

describe.each<Transport>(["mqtt", "coap"])("over %s", (transport) => {
  test("a device activates, remembers its token over a restart, reports and obeys", () => {
    obeyed.length = 0;
    const cloud = createCloudWorld({ seed: 1 });
    const device = createThingDevice(cloud, transport, station, settings());
    expect(cloud.world.runUntil(() => device.told("connected").length === 1, 60000)).toBe(true);
    expect(device.told("activated")).toHaveLength(1);
    cloud.world.run(10 * 60000);
    const token = device.thing().token;
    const values = cloud.model.read(token, "temperature", [["limit", "100"]]);
    expect(values.ok && values.elements.length).toBe(11);
    expect(values.ok && values.elements.at(-1)!.value).toBe(20.25);

    cloud.model.write(token, { values: [{ key: "fan", value: true }] }, { via: "rest" });
    cloud.world.run(1000);
    expect(obeyed).toEqual([true]);

    device.machine.powerCut();
    device.machine.powerOn();
    cloud.world.run(5 * 60000);
    expect(device.told("activated")).toHaveLength(1);
    expect(device.thing().token).toBe(token);
    expect(device.told("connected")).toHaveLength(2);
    expect(cloud.model.activate(CODES[0]).ok).toBe(false);
  });
});

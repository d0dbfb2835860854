/** What an engine may lack, and what that means. docs/HIL.md explains each to whoever wires a bench. */
export const capabilities = {
  clock: "the device can learn the time",
  erase: "its flash can be erased and read back from outside",
  link: "an app is written to it over a cable",
  memory: "its free memory is a machine's own, not this computer's",
  network: "its network can be taken away",
  pins: "the level at its pins can be read from outside",
  powerCut: "its power can be taken away at any moment",
  radio: "it joins a WiFi network by name and password",
  secondAnswer: "an activation whose answer was lost is answered again, as over MQTT",
  sensor: "a BME280 is on its bus",
} as const;

export type Capability = keyof typeof capabilities;

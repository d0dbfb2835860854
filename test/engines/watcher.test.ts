/**
 * Devices that watch, from their images, on every engine: in the virtual world against the local clouds (thethings.iO's realtime server is
 * a scripted one there), and on the real interpreter against whole local clouds on real sockets. Each joins, tells values, and comes
 * back after a loss.
 */
import { startEvrythng } from "../../sim/cloud/evrythng/index";
import { startThethings } from "../../sim/cloud/thethings/index";
import { startThingsboard } from "../../sim/cloud/thingsboard/index";
import type { WatchSettings } from "../../sim/engines/program";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import type { World } from "../../sim/world/world";
import { make, tenant } from "../interop/evrythng-cloud";
import { watchedEvrythng } from "../support/evrythng-watch";
import { realtimeServer } from "../support/socketio-world";
import { createCloudWorld, settings } from "../support/thethings-world";
import { user, watchedThingsboard } from "../support/thingsboard-watch";
import { engineNames, mainOf } from "./engines";
import { InterpreterDevice, interpreterImage, Pulse } from "./interpreter-rig";
import { createEngineDevice, network, runFor, runUntil, stopEngines } from "./rig";
import type { EngineDevice } from "./rig";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;

jest.setTimeout(240000);
afterEach(stopEngines);

const place = (changes: Partial<WatchSettings>): WatchSettings => ({ host: SERVER_ADDRESS, port: 80, tls: 0, loginHost: "", loginPort: 0, user: "", secret: "", app: "", thing: "", ...changes });

const apps: Readonly<Record<string, string>> = {
  thingsboard: "test/engines/apps/watch-thingsboard.ts",
  evrythng: "test/engines/apps/watch-evrythng.ts",
  thethings: "test/engines/apps/watch-thethings.ts",
};

/** A platform in the virtual world: what its watcher is provisioned with, and how it is brought to say something. */
interface Platform {
  readonly world: World;
  readonly watch: WatchSettings;
  readonly web: { stop(): void; start(): void };
  /** What stands before the device's first word of the values. */
  prepare(): void;
  tell(): void;
  readonly heard: readonly string[];
}

const platforms: Readonly<Record<string, (seed: number) => Platform>> = {
  thingsboard: (seed) => {
    const { world, web, device, raise, tell } = watchedThingsboard(seed);
    let id = "";
    return {
      world, web,
      watch: place({ user: user.email, secret: user.password }),
      prepare: () => tell((id = device("boiler")), { temperature: 20.5 }),
      tell: () => {
        raise(id, "HOT");
        tell(id, { temperature: 21.25 });
      },
      heard: ["alarms 0", "temperature 20.5", "alarms 1", "temperature 21.3"],
    };
  },
  evrythng: (seed) => {
    const { world, web, own, as } = watchedEvrythng(seed);
    const act = (level: number): unknown => as("create", "/actions/_go", { thng: own.thng, customFields: { level } });
    return { world, web, watch: place({ secret: own.operator }), prepare: () => undefined, tell: () => void [1.25, 2.5].map(act), heard: ["level 1.3", "level 2.5"] };
  },
  thethings: (seed) => {
    const world = createWorld({ seed });
    const server = realtimeServer(world, 80);
    return {
      world,
      web: server,
      watch: place({ secret: "canary-session", thing: "canary-token" }),
      prepare: () => undefined,
      tell: () => {
        server.tell('42/v2,["/me/resources/temperature",[{"key":"temperature","value":21.25}]]');
        server.tell('42/v2,["/things/canary-token",[{"key":"door","value":"open"}]]');
      },
      heard: ["temperature 21.3", "door open"],
    };
  },
};

const heard = (device: { told(event: string): { readonly text: string }[] }): string[] => device.told("heard").map(({ text }) => text);

describe.each(engineNames)("on %s", (engine) => {
  test.each(Object.keys(platforms))("%s: joins, tells values, and comes back after a loss", async (name) => {
    const main = await mainOf(engine, apps[name]!, "mqtt", name);
    const { world, web, watch, prepare, tell, heard: expected } = platforms[name]!(71);
    prepare();
    const device: EngineDevice = createEngineDevice(world, main, { ...settings(network), code: "", watch });
    runUntil(world, device, () => device.told("watching").length === 1, 120000);
    runFor(world, device, 2000);
    tell();
    runUntil(world, device, () => heard(device).length === expected.length, 70000);
    expect(heard(device).sort()).toEqual([...expected].sort());
    web.stop();
    runUntil(world, device, () => device.told("watchLost").length >= 3, 600000);
    web.start();
    runUntil(world, device, () => device.told("watching").length === 2, 600000);
    runFor(world, device, 120000);
    expect(device.told("watchLost").length).toBeGreaterThanOrEqual(3);
    expect(device.told("watchStopped")).toEqual([]);
    for (const secret of [watch.secret, watch.user, watch.thing].filter((one) => one !== "")) expect(JSON.stringify(device.said)).not.toContain(secret);
  });

  test("a device with readings of its own watches besides", async () => {
    const main = await mainOf(engine, "test/engines/apps/watching-thing.ts", "mqtt");
    const cloud = createCloudWorld({ seed: 72 });
    const server = realtimeServer(cloud.world, 80);
    const device = createEngineDevice(cloud.world, main, { ...settings(network), watch: place({ secret: "canary-session" }) });
    runUntil(cloud.world, device, () => device.told("watching").length === 1 && device.told("connected").length === 1, 120000);
    server.tell('42/v2,["/me/resources/temperature",[{"key":"temperature","value":-3.5}]]');
    runFor(cloud.world, device, 600000);
    const read = cloud.model.read(cloud.model.tokenOf(cloud.model.things()[0]!)!, "outside", [["limit", "1"]]);
    expect(read.ok && read.elements[0]!.value).toBe(-3.5);
  });
});

/** Runs a watcher on the interpreter until it has heard as many values as are expected. */
async function onInterpreter(platform: string, watch: WatchSettings, live: () => void, expected: readonly string[]): Promise<void> {
  const device = new InterpreterDevice(await interpreterImage(apps[platform]!, "mqtt", platform), { ...settings({ host: "127.0.0.1" }), code: "", watch }, new Pulse());
  try {
    device.powerOn();
    await device.until(() => device.told("watching").length === 1);
    live();
    await device.until(() => heard(device).length >= expected.length);
    expect(heard(device).sort()).toEqual([...expected].sort());
  } finally {
    await device.close();
  }
}

onEspruino("[espruino] thethings.iO, with a login, on the real interpreter", async () => {
  const cloud = await startThethings();
  try {
    const { thingToken } = cloud.model.createThing();
    const registered = cloud.model.apps.register({ email: "ann@example.org", password: "x" });
    if (!registered.ok) throw new Error(registered.message);
    cloud.model.apps.link(cloud.model.apps.session(registered.token)!, thingToken);
    const write = (values: object[]): unknown => cloud.model.write(thingToken, { values }, { via: "mqtt", qos: 0 });
    write([{ key: "temperature", value: 0 }]);
    const watch = place({ host: "127.0.0.1", port: cloud.ports.http, user: "ann@example.org", secret: "x", thing: thingToken });
    await onInterpreter("thethings", watch, () => void write([{ key: "temperature", value: 21.25 }, { key: "door", value: "open" }]), ["temperature 21.3", "door open"]);
  } finally {
    await cloud.close();
  }
});

onEspruino("[espruino] ThingsBoard on the real interpreter", async () => {
  const cloud = await startThingsboard({ users: [user] });
  try {
    const watch = place({ host: "127.0.0.1", port: cloud.ports.http, user: user.email, secret: user.password });
    await onInterpreter("thingsboard", watch, () => undefined, ["alarms 0"]);
  } finally {
    await cloud.close();
  }
});

onEspruino("[espruino] EVRYTHNG on the real interpreter", async () => {
  const cloud = await startEvrythng();
  try {
    const own = tenant(cloud.model);
    const watch = place({ host: "127.0.0.1", port: cloud.ports.http, secret: own.operator });
    const act = (): unknown => make(cloud.model, own.operator, "create", "/actions/_go", { thng: own.thng, customFields: { level: 1.25 } });
    await onInterpreter("evrythng", watch, () => void act(), ["level 1.3"]);
  } finally {
    await cloud.close();
  }
});

/** `require`: the modules of the build, and those that lie in Storage. */
import { chipModules } from "./chip";
import { dgramModule } from "./dgram";
import type { EngineSettings } from "./e";
import { flashModule } from "./flash";
import type { Host } from "./host";
import type { Json } from "./json";
import { netModules } from "./net";
import { type Storage, storageModule } from "./storage";
import { wifiModule } from "./wifi";

type Module = unknown;

const NAME = "module";

export function addModules(host: Host, storage: Storage, json: Json, written: EngineSettings): void {
  const { realm } = host;
  const makers: Record<string, () => Module> = {
    Storage: () => storageModule(host, storage, json),
    Flash: () => flashModule(host),
    dgram: () => dgramModule(host),
    ...(host.constants.chip === "linux" ? {} : { Wifi: () => wifiModule(host) }),
  };
  const made = new Map<string, Module>(Object.entries(chipModules(host, written)));
  const network = netModules(host);
  made.set("net", network.net);
  if (host.constants.tlsLevel > 0) made.set("tls", network.tls);

  const load = (text: string): Module => {
    const run = realm.evaluate(`(function (exports, ${NAME}) {${text}\n})`, NAME) as (exports: unknown, module: { exports: unknown }) => void;
    const module = realm.object({ exports: realm.object() }) as { exports: unknown };
    run(module.exports, module);
    return module.exports;
  };
  const require = (given: unknown): Module => {
    const name = String(given);
    if (!made.has(name)) {
      const make = makers[name];
      const text = make === undefined ? storage.read(name, 0, 0) : undefined;
      if (make === undefined && text === undefined) return host.throw("Error", `Module "${name}" not found`);
      made.set(name, make === undefined ? load(text!) : make());
    }
    return made.get(name);
  };
  realm.define({ require });
}

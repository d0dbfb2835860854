/**
 * The generated entry of a device build: it hands one app, one platform's profile and one transport's link to the agent, so
 * that nothing else is linked.
 */

/** What a build is made of. */
export interface BuildChoice {
  /** Absolute path of the app's module, whose default export is a definition. */
  readonly app: string;
  readonly platform: string;
  readonly transport: string;
  /** What the device calls itself in its boot report. */
  readonly name: string;
  readonly version: string;
}

interface Profile {
  readonly module: string;
  readonly profile: string;
  readonly link: string;
}

/** Every platform and transport that the framework has; a pair that is absent here cannot be built. */
const profiles: Readonly<Record<string, Readonly<Record<string, Profile>>>> = {
  thethings: {
    mqtt: { module: "platform/thethings/mqtt", profile: "thethingsMqtt", link: "mqtt" },
    coap: { module: "platform/thethings/coap", profile: "thethingsCoap", link: "coap" },
  },
  evrythng: {
    mqtt: { module: "platform/evrythng/mqtt", profile: "evrythngMqtt", link: "mqtt" },
    "mqtt-ws": { module: "platform/evrythng/mqtt", profile: "evrythngMqtt", link: "mqtt-ws" },
    ws: { module: "platform/evrythng/ws", profile: "evrythngWs", link: "ws" },
  },
  thingsboard: {
    mqtt: { module: "platform/thingsboard/mqtt", profile: "thingsboardMqtt", link: "mqtt" },
    coap: { module: "platform/thingsboard/coap", profile: "thingsboardCoap", link: "coap" },
  },
};

/** What watches each platform's realtime interface. */
const watchers: Readonly<Record<string, Profile>> = {
  thethings: { module: "platform/thethings/realtime", profile: "thethingsRealtime", link: "sio" },
  evrythng: { module: "platform/evrythng/realtime", profile: "evrythngRealtime", link: "ws" },
  thingsboard: { module: "platform/thingsboard/realtime", profile: "thingsboardRealtime", link: "ws" },
};

/** Platforms whose values can be watched. */
export const watchedPlatforms: readonly string[] = Object.keys(watchers);

/** What an app takes of the framework, as far as a build depends on it. */
export interface Uses {
  /** It watches values of other things. */
  readonly watches: boolean;
  /** It does nothing else: no reading, no command, no activation. */
  readonly onlyWatches: boolean;
  /** The platforms whose sources it imports. */
  readonly platforms: readonly string[];
  /** Some measure of it may keep its readings in memory. */
  readonly inMemory: boolean;
}

const usesNothing: Uses = { watches: false, onlyWatches: false, platforms: [], inMemory: false };

/** A choice that cannot be built; the message is one sentence that says what can. */
export class ChoiceError extends Error {}

function chosenProfile(choice: BuildChoice): Profile {
  const transports = profiles[choice.platform];
  if (transports === undefined) {
    throw new ChoiceError(`There is no platform "${choice.platform}": choose ${Object.keys(profiles).join(", ").replace(/, (?=[^,]*$)/, " or ")}.`);
  }
  const profile = transports[choice.transport];
  if (profile === undefined) {
    throw new ChoiceError(`${choice.platform} has no transport "${choice.transport}": choose ${Object.keys(transports).join(" or ")}.`);
  }
  return profile;
}

/** The function that makes the link, in `firmware/agent/link-${link}`. */
const linkOf = ({ link }: Profile): string => `${link.replace(/-./g, (pair) => pair.charAt(1).toUpperCase())}Link`;

const moduleOf = (root: string, path: string): string => JSON.stringify(`${root}/${path}`);

/** What watches, for an app that does; undefined for any other. */
function chosenWatcher(choice: BuildChoice, { watches, onlyWatches, platforms }: Uses): Profile | undefined {
  const other = platforms.find((platform) => platform !== choice.platform);
  if (other !== undefined) throw new ChoiceError(`This app watches ${other}, because it imports "motet/watch/${other}": add --platform ${other}.`);
  if (!watches) return undefined;
  const watcher = watchers[choice.platform];
  if (watcher === undefined) throw new ChoiceError(`There is no platform "${choice.platform}" to watch: choose ${watchedPlatforms.join(", ").replace(/, (?=[^,]*$)/, " or ")}.`);
  if (choice.transport === "mqtt-ws" && !onlyWatches) throw new ChoiceError("A device that watches has its WebSocket for that: choose --transport mqtt for the rest of it.");
  return watcher;
}

/** The app itself, and how it is booted: what is imported, and the call. */
interface Parts {
  readonly imports: readonly string[];
  readonly declarations: readonly string[];
  readonly boot: (build: string, definition: string) => string;
  /** The definition that it is booted with. */
  readonly definition: string;
  /** What provisions it: names that stand for erase, provision and state, and their module. */
  readonly provision: string;
}

function partsOf(root: string, choice: BuildChoice, uses: Uses): Parts {
  const from = (name: string, path: string): string => `import { ${name} } from ${moduleOf(root, path)};`;
  const watcher = chosenWatcher(choice, uses);
  const app = `import definition from ${JSON.stringify(choice.app.replace(/\.ts$/, ""))};`;
  const watching = watcher === undefined ? [] : [from(`${watcher.link}Watch`, `firmware/agent/watch-${watcher.link}`), from(watcher.profile, `firmware/${watcher.module}`)];
  const driver = watcher === undefined ? "" : `${watcher.link}Watch(${watcher.profile}())`;
  const named = (erase: string, provision: string, state: string, path: string): string =>
    `export { ${erase} as erase, ${provision} as provision, ${state} as state } from ${moduleOf(root, path)};`;
  if (uses.onlyWatches) {
    return {
      imports: [app, from("bootWatcher", "firmware/agent/watch-boot"), ...watching],
      declarations: [],
      definition: "definition",
      boot: (build, definition) => `bootWatcher(ports, ${driver}, ${build}, ${definition})`,
      provision: named("eraseThing", "provisionWatcher", "watcherState", "firmware/agent/provision"),
    };
  }
  const chosen = chosenProfile(choice);
  const { link, module, profile } = chosen;
  return {
    imports: [
      app,
      from("bootThing", "firmware/agent/boot"),
      from(linkOf(chosen), `firmware/agent/link-${link}`),
      from(profile, `firmware/${module}`),
      ...(watcher === undefined ? [] : [...watching, from("watcherOpen", "firmware/agent/watcher"), `import type { Thing } from ${moduleOf(root, "firmware/agent/thing")};`]),
    ],
    declarations: watcher === undefined ? [] : ["/** @cold */", `function define(thing: Thing): void { watcherOpen(thing, ${driver}); definition(thing); }`],
    definition: watcher === undefined ? "definition" : "define",
    boot: (build, definition) => `bootThing(ports, ${linkOf(chosen)}(${profile}()), ${build}, ${definition})`,
    provision: named("eraseThing", "provisionThing", "provisionState", "firmware/agent/provision"),
  };
}

/** What an image says of itself: a constant of it. */
const buildText = ({ name, version }: BuildChoice, { inMemory }: Uses): string => `{ name: ${JSON.stringify(name)}, version: ${JSON.stringify(version)}, inMemory: ${inMemory} }`;

/** The source of the entry of a program that the simulator boots on any ports. `root` is the folder of the framework. */
export function entrySource(root: string, choice: BuildChoice, uses: Uses = usesNothing): string {
  const { imports, declarations, definition, boot, provision } = partsOf(root, choice, uses);
  const build = buildText(choice, uses);
  const watches = uses.watches ? ["export const watches = true;"] : [];
  return [...imports, provision, ...watches, ...declarations, `export function boot(ports) { return ${boot(build, definition)}; }`, ""].join("\n");
}

/** The source of the entry of an image: it boots on the ports of its runtime as soon as it is loaded. */
export function deviceEntry(root: string, choice: BuildChoice, runtime: "espruino" | "nodemcu", uses: Uses = usesNothing): string {
  const { imports, declarations, definition, boot } = partsOf(root, choice, uses);
  const canLock = runtime === "espruino";
  return [
    ...imports,
    `import { ports } from ${moduleOf(root, `hal/${runtime}/index`)};`,
    `import { start${canLock ? ", lockConsole" : ""} } from ${moduleOf(root, `hal/${runtime}/start`)};`,
    ...(canLock
      ? [`import { loadConsolePassword } from ${moduleOf(root, "firmware/agent/settings")};`, `import type { ${uses.onlyWatches ? "Host" : "Thing"} as Booted } from ${moduleOf(root, "firmware/agent/thing")};`]
      : []),
    `import type { Build } from ${moduleOf(root, "firmware/agent/machine")};`,
    `const build: Build = ${buildText(choice, uses)};`,
    ...declarations,
    // It is called once: what is left of it would stay in memory for good.
    `let app: typeof ${definition} | undefined = ${definition};`,
    `function taken(): typeof ${definition} { const once = app!; app = undefined; return once; }`,
    "/** @cold */",
    // Every board with Espruino has its areas, so that its boot answers a device; in safe mode, too, its console is locked.
    canLock ? `function main(): void { const booted = ${boot("build", "taken()")} as Booted; lockConsole(loadConsolePassword(booted.records)); }` : `function main(): void { ${boot("build", "taken()")}; }`,
    "start(main);",
    "",
  ].join("\n");
}

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
  },
  thingsboard: {
    mqtt: { module: "platform/thingsboard/mqtt", profile: "thingsboardMqtt", link: "mqtt" },
    coap: { module: "platform/thingsboard/coap", profile: "thingsboardCoap", link: "coap" },
  },
};

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

/** What every entry imports: the app, the agent, one link and one profile. */
function imports(root: string, choice: BuildChoice, profile: Profile): string[] {
  return [
    `import definition from ${JSON.stringify(choice.app.replace(/\.ts$/, ""))};`,
    `import { bootThing } from ${moduleOf(root, "firmware/agent/boot")};`,
    `import { ${linkOf(profile)} } from ${moduleOf(root, `firmware/agent/link-${profile.link}`)};`,
    `import { ${profile.profile} } from ${moduleOf(root, `firmware/${profile.module}`)};`,
  ];
}

/** The source of the entry of a program that the simulator boots on any ports. `root` is the folder of the framework. */
export function entrySource(root: string, choice: BuildChoice): string {
  const profile = chosenProfile(choice);
  const build = JSON.stringify({ name: choice.name, version: choice.version });
  return [
    ...imports(root, choice, profile),
    `export { eraseThing as erase, provisionThing as provision, provisionState as state } from ${moduleOf(root, "firmware/agent/provision")};`,
    `export function boot(ports) { return bootThing(ports, ${linkOf(profile)}(${profile.profile}()), ${build}, definition); }`,
    "",
  ].join("\n");
}

/** The source of the entry of an image: it boots on the ports of its runtime as soon as it is loaded. */
export function deviceEntry(root: string, choice: BuildChoice, runtime: "espruino" | "nodemcu"): string {
  const profile = chosenProfile(choice);
  return [
    ...imports(root, choice, profile),
    `import { ports } from ${moduleOf(root, `hal/${runtime}/index`)};`,
    `import { start } from ${moduleOf(root, `hal/${runtime}/start`)};`,
    `import type { Build } from ${moduleOf(root, "firmware/agent/thing")};`,
    `const build: Build = { name: ${JSON.stringify(choice.name)}, version: ${JSON.stringify(choice.version)} };`,
    "/** @cold */",
    `function main(): void { bootThing(ports, ${linkOf(profile)}(${profile.profile}()), build, definition); }`,
    "start(main);",
    "",
  ].join("\n");
}

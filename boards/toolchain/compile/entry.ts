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
};

/** A choice that cannot be built; the message is one sentence that says what can. */
export class ChoiceError extends Error {}

/** The source of the entry. `root` is the folder of the framework. */
export function entrySource(root: string, choice: BuildChoice): string {
  const transports = profiles[choice.platform];
  if (transports === undefined) {
    throw new ChoiceError(`There is no platform "${choice.platform}": choose ${Object.keys(profiles).join(" or ")}.`);
  }
  const profile = transports[choice.transport];
  if (profile === undefined) {
    throw new ChoiceError(`${choice.platform} has no transport "${choice.transport}": choose ${Object.keys(transports).join(" or ")}.`);
  }
  const from = (path: string): string => JSON.stringify(`${root}/firmware/${path}`);
  const build = JSON.stringify({ name: choice.name, version: choice.version });
  return [
    `import definition from ${JSON.stringify(choice.app)};`,
    `import { bootThing } from ${from("agent/boot")};`,
    `import { ${profile.link}Link } from ${from(`agent/link-${profile.link}`)};`,
    `import { ${profile.profile} } from ${from(profile.module)};`,
    `export { eraseThing as erase, provisionThing as provision, provisionState as state } from ${from("agent/provision")};`,
    `export function boot(ports) { return bootThing(ports, ${profile.link}Link(${profile.profile}()), ${build}, definition); }`,
    "",
  ].join("\n");
}

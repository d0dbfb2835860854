/** Every kind of fault there is, by name. */
import type { FaultKind } from "./fault";
import { cloudKinds } from "./kinds-cloud";
import { machineKinds } from "./kinds-machine";
import { networkKinds } from "./kinds-network";

export const kinds: ReadonlyMap<string, FaultKind> = new Map([...networkKinds, ...cloudKinds, ...machineKinds].map((kind) => [kind.name, kind]));

/** Every kind of fault there is, by name. */
import type { FaultKind } from "./fault";
import { cloudKinds } from "./kinds-cloud";
import { machineKinds } from "./kinds-machine";
import { networkKinds } from "./kinds-network";
import { sensorKinds } from "./kinds-sensors";

export const kinds: ReadonlyMap<string, FaultKind> = new Map([...networkKinds, ...cloudKinds, ...machineKinds, ...sensorKinds].map((kind) => [kind.name, kind]));

/** The suite: what a device of Motet must do on any engine and any board that can. */
import type { HilTest } from "../test";
import { cloudTests } from "./cloud";
import { linkTests } from "./link";
import { machineTests } from "./machine";
import { powerTests } from "./power";

export const suite: readonly HilTest[] = [...cloudTests, ...powerTests, ...machineTests, ...linkTests];

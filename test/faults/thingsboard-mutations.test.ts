/** The suites of ThingsBoard, the local cloud and the device, are tried on mistakes made on purpose. */
import { mutationSuite } from "./mutation-suite";
import { deviceMutations } from "./thingsboard-device-mutations";
import { cloudMutations } from "./thingsboard-mutations";

describe("the cloud", () => mutationSuite("sim/cloud/thingsboard", cloudMutations));
describe("the device", () => mutationSuite("firmware", deviceMutations));

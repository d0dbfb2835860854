/** The suites of a device on EVRYTHNG are tried on mistakes made on purpose. */
import { deviceMutations } from "./evrythng-mutations";
import { mutationSuite } from "./mutation-suite";

describe("the device", () => mutationSuite("firmware", deviceMutations));

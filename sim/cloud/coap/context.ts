/** What the parts of one server share. */
import type { Host } from "../host";
import type { CoapLimits } from "./limits";
import type { Peers } from "./peers";
import type { CoapService } from "./service";

export interface Context {
  readonly host: Host;
  readonly limits: CoapLimits;
  readonly service: CoapService;
  readonly peers: Peers;
  readonly send: (bytes: Buffer, peer: string) => void;
  observations: number;
}

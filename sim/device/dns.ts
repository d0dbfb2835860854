/** The DNS port over the operating system's resolver, IPv4 only, as the ports carry nothing else. */
import { lookup } from "node:dns";
import type { DnsPort } from "../../hal/ports/dns";
import { Fault } from "../../hal/ports/fault";
import type { Boot } from "../world/boot";
import { isAddress, isHostName } from "../world/dns";
import type { Radio } from "../world/radio";

function faultOf(code: string | undefined): Fault {
  if (code === "ENOTFOUND" || code === "ENODATA") return Fault.notFound;
  return code === "ETIMEOUT" ? Fault.timeout : Fault.broken;
}

/** The DNS port of one boot. */
export function createDnsPort(boot: Boot, radio: Radio): DnsPort {
  return {
    resolve: (host, done) => {
      if (isAddress(host)) return void boot.later(() => done(Fault.none, host));
      if (!isHostName(host)) return void boot.later(() => done(Fault.notFound, ""));
      if (!radio.ready) return void boot.later(() => done(Fault.broken, ""));
      lookup(host, { family: 4 }, (error, address) => {
        if (!boot.alive) return;
        if (error === null) done(Fault.none, address);
        else done(faultOf(error.code), "");
      });
    },
  };
}

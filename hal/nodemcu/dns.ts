/** The dns port on net.dns.resolve, which answers inside the call when it knows a name, and does not say why it knows none. */
import type { DnsPort } from "../ports/dns";
import { Fault } from "../ports/fault";
import { isAddress, isHost } from "./address";
import { later } from "./clock";
import { online } from "./state";

function resolve(host: string, done: (this: void, fault: number, address: string) => void): void {
  const answer = (fault: number, address: string): void => later(() => done(fault, address));
  const told = (first: string | undefined, second?: string): void => {
    const address = second ?? first;
    answer(address === undefined ? Fault.notFound : 0, address ?? "");
  };
  if (isAddress(host)) answer(0, host);
  else if (!isHost(host)) answer(Fault.notFound, "");
  else if (!online || !pcall(net.dns.resolve, host, told)) answer(Fault.broken, "");
}

export const dns: DnsPort = { resolve };

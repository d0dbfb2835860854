/**
 * The DNS port on `Wifi.getHostByName`, which answers one question at a time: a second one before the answer would take the
 * first one's. So questions wait in line here. The Linux interpreter has no such call; there, names are those of /etc/hosts.
 */
import type { DnsPort } from "../ports/dns";
import { Fault } from "../ports/fault";
import { WifiConnection } from "../ports/wifi";
import { isAddress, isHostName } from "./names";
import { connection } from "./radio";

interface Question {
  readonly host: string;
  readonly done: (this: void, fault: number, address: string) => void;
}

const waiting: Question[] = [];

/** The answer to the first question in line; the next one is asked before it is passed on. */
function answered(address: string | null): void {
  const question = waiting.shift();
  const next = waiting[0];
  if (next !== undefined) require("Wifi").getHostByName(next.host, answered);
  if (question === undefined) return;
  if (address === null) question.done(Fault.notFound, "");
  else question.done(Fault.none, address);
}

/** @cold */
function lookUp(host: string): string {
  for (const line of require("fs").readFileSync("/etc/hosts").split("\n")) {
    const words = line.split("\t").join(" ").split(" ");
    const address = words[0];
    if (address !== undefined && isAddress(address) && words.indexOf(host) > 0) return address;
  }
  return "";
}

/** @cold */
function resolve(host: string, done: (this: void, fault: number, address: string) => void): void {
  if (isAddress(host)) {
    setTimeout(done, 0, Fault.none, host);
  } else if (!isHostName(host)) {
    setTimeout(done, 0, Fault.notFound, "");
  } else if (BOARD.radio && connection !== WifiConnection.ready) {
    setTimeout(done, 0, Fault.broken, "");
  } else if (BOARD.chip === "linux") {
    const address = lookUp(host.toLowerCase());
    setTimeout(done, 0, address === "" ? Fault.notFound : Fault.none, address);
  } else {
    waiting.push({ host, done });
    if (waiting.length === 1) require("Wifi").getHostByName(host, answered);
  }
}

export const dns: DnsPort = { resolve };

/** Every contract suite, by the capabilities of the adapter. */
import { clockContract } from "./clock";
import { dnsContract } from "./dns";
import { flashContract } from "./flash";
import type { MakeHarness } from "./harness";
import { checksumContract, logContract, randomContract } from "./small";
import { systemContract } from "./system";
import { tcpContract } from "./tcp";
import { noTlsContract, tlsContract } from "./tls";
import { udpContract } from "./udp";
import { wifiContract, wiredContract } from "./wifi";
import { analogContract, digitalContract, i2cContract } from "./wires";

export type { CertificateKind, Harness, HarnessOptions, MakeHarness, PeerConnection, TcpPeer, UdpPeer } from "./harness";
export {
  analogContract, checksumContract, clockContract, digitalContract, dnsContract, flashContract, i2cContract, logContract,
  noTlsContract, randomContract, systemContract, tcpContract, tlsContract, udpContract, wifiContract, wiredContract,
};

/** All suites that hold whatever the machine can do; TLS and the radio are added by capability. */
export function portsContract(adapter: string, make: MakeHarness): void {
  clockContract(adapter, make);
  randomContract(adapter, make);
  checksumContract(adapter, make);
  logContract(adapter, make);
  tcpContract(adapter, make);
  udpContract(adapter, make);
  dnsContract(adapter, make);
  flashContract(adapter, make);
  i2cContract(adapter, make);
  digitalContract(adapter, make);
  analogContract(adapter, make);
  systemContract(adapter, make);
}

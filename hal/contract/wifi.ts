/** The contract of hal/ports/wifi.ts, for machines with a radio. */
import { Fault } from "../ports/fault";
import type { Ports } from "../ports/index";
import { WifiConnection } from "../ports/wifi";
import type { MakeHarness } from "./harness";
import { type ContractTest, contract } from "./suite";

type Change = readonly [connection: number, fault: number];

function join(ports: Ports, ssid: string, password: string): { code: number; changes: Change[] } {
  const changes: Change[] = [];
  const code = ports.wifi.connect({ ssid, password, onChanged: (connection, fault) => changes.push([connection, fault]) });
  return { code, changes };
}

const ready: Change = [WifiConnection.ready, Fault.none];

function joining(it: ContractTest): void {
  it("joins a network: connecting, then ready, told once", async ({ ports, ssid, password, until, settle }) => {
    expect(ports.wifi.connection()).toBe(WifiConnection.disconnected);
    const { code, changes } = join(ports, ssid, password);
    expect(code).toBe(0);
    expect(ports.wifi.connection()).toBeLessThan(WifiConnection.ready);
    await until(() => changes.length > 0);
    await settle();
    expect(changes).toEqual([ready]);
    expect(ports.wifi.connection()).toBe(WifiConnection.ready);
  }, { offline: true });

  it("a second connect is busy while the first is under way", async ({ ports, ssid, password, until, settle }) => {
    const first = join(ports, ssid, password);
    const second = join(ports, ssid, password);
    expect(second.code).toBe(Fault.busy);
    await until(() => first.changes.length > 0);
    await settle();
    expect([first.changes, second.changes]).toEqual([[ready], []]);
  }, { offline: true });

  it("a wrong password is refused, an absent network is not found, and either can be tried again", async ({ ports, ssid, password, until }) => {
    const wrong = join(ports, ssid, `${password}!`);
    await until(() => wrong.changes.length > 0);
    expect(wrong.changes).toEqual([[WifiConnection.disconnected, Fault.refused]]);
    const absent = join(ports, `${ssid}-absent`, password);
    await until(() => absent.changes.length > 0);
    expect(absent.changes).toEqual([[WifiConnection.disconnected, Fault.notFound]]);
    const right = join(ports, ssid, password);
    await until(() => right.changes.length > 0);
    expect(right.changes).toEqual([ready]);
  }, { offline: true });

  it("names and passwords at their limits pass, beyond them are invalid", async ({ ports, until }) => {
    const bad = [["", ""], ["a".repeat(33), ""], ["a", "1234567"], ["a", "b".repeat(64)]] as const;
    for (const [ssid, password] of bad) expect(join(ports, ssid, password).code).toBe(Fault.invalid);
    expect(ports.wifi.connection()).toBe(WifiConnection.disconnected);
    for (const [ssid, password] of [["a".repeat(32), "b".repeat(63)], ["a", "12345678"], ["a", ""]] as const) {
      const { code, changes } = join(ports, ssid, password);
      expect(code).toBe(0);
      await until(() => changes.length > 0);
      expect(changes[0]![1]).toBe(Fault.notFound);
    }
  }, { offline: true });
}

function leaving(it: ContractTest): void {
  it("a lost network is told as broken, and the adapter does not come back by itself", async ({ ports, ssid, password, setNetwork, until, settle }) => {
    const { changes } = join(ports, ssid, password);
    await until(() => changes.length === 1);
    setNetwork(false);
    await until(() => changes.length === 2);
    setNetwork(true);
    await settle();
    expect(changes).toEqual([ready, [WifiConnection.disconnected, Fault.broken]]);
    expect(ports.wifi.connection()).toBe(WifiConnection.disconnected);
    const again = join(ports, ssid, password);
    await until(() => again.changes.length > 0);
    expect(again.changes).toEqual([ready]);
  }, { offline: true });

  it("disconnect is idempotent and silent, while joining and after", async ({ ports, ssid, password, until, settle }) => {
    ports.wifi.disconnect();
    const first = join(ports, ssid, password);
    ports.wifi.disconnect();
    await settle();
    expect(first.changes).toEqual([]);
    const second = join(ports, ssid, password);
    expect(second.code).toBe(0);
    await until(() => second.changes.length === 1);
    ports.wifi.disconnect();
    ports.wifi.disconnect();
    await settle();
    expect(second.changes).toEqual([ready]);
    expect(ports.wifi.connection()).toBe(WifiConnection.disconnected);
  }, { offline: true });
}

export function wifiContract(adapter: string, make: MakeHarness): void {
  contract("wifi", adapter, make, (it) => {
    joining(it);
    leaving(it);
  });
}

/** For machines that are on a network from their boot on. */
export function wiredContract(adapter: string, make: MakeHarness): void {
  contract("wifi (wired)", adapter, make, (it) => {
    it("is ready at boot and joins any network", async ({ ports, until }) => {
      expect(ports.wifi.connection()).toBe(WifiConnection.ready);
      const { code, changes } = join(ports, "any name", "any password");
      expect(code).toBe(0);
      await until(() => changes.length > 0);
      expect(changes).toEqual([ready]);
    });

    it("a second connect is busy while the first is under way; disconnect silences it", async ({ ports, ssid, password, until, settle }) => {
      const first = join(ports, ssid, password);
      expect(join(ports, ssid, password).code).toBe(Fault.busy);
      await until(() => first.changes.length > 0);
      await settle();
      expect(first.changes).toEqual([ready]);
      const second = join(ports, ssid, password);
      ports.wifi.disconnect();
      await settle();
      expect([second.code, second.changes]).toEqual([0, []]);
    });
  });
}

/** The contract of hal/ports/dns.ts. */
import { Fault } from "../ports/fault";
import type { Ports } from "../ports/index";
import type { MakeHarness } from "./harness";
import { contract } from "./suite";

interface Answer {
  fault: number;
  address: string;
}

function ask(ports: Ports, host: string): Answer[] {
  const answers: Answer[] = [];
  ports.dns.resolve(host, (fault, address) => answers.push({ fault, address }));
  expect(answers).toEqual([]);
  return answers;
}

export function dnsContract(adapter: string, make: MakeHarness): void {
  contract("dns", adapter, make, (it) => {
    it("a known name gives an address that tcp takes", async ({ ports, knownHost, until }) => {
      const answers = ask(ports, knownHost);
      await until(() => answers.length > 0);
      expect(answers[0]!.fault).toBe(0);
      expect(answers[0]!.address).toMatch(/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/);
    });

    it("letters of either case name the same host", async ({ ports, knownHost, until }) => {
      const answers = [ask(ports, knownHost), ask(ports, knownHost.toUpperCase())];
      await until(() => answers.every((list) => list.length === 1));
      expect(answers[1]).toEqual(answers[0]);
    });

    it("an address is its own answer", async ({ ports, until }) => {
      const answers = ask(ports, "192.0.2.1");
      await until(() => answers.length > 0);
      expect(answers).toEqual([{ fault: 0, address: "192.0.2.1" }]);
    });

    it("one answer to every question, and only one", async ({ ports, knownHost, until, settle }) => {
      const all = Array.from({ length: 5 }, () => ask(ports, knownHost));
      await until(() => all.every((answers) => answers.length > 0));
      await settle();
      expect(all.map((answers) => answers.length)).toEqual([1, 1, 1, 1, 1]);
    });

    it("an unknown name, and what is no name, are not found", async ({ ports, unknownHost, until }) => {
      const label = "a".repeat(63);
      const bad = ["", "a..b", "two words", `${label}a.example`, `${label}.${label}.${label}.${label}`, "-a", "1.2.3.4\0"];
      const all = [unknownHost, ...bad].map((host) => ask(ports, host));
      await until(() => all.every((answers) => answers.length > 0));
      for (const answers of all) expect(answers).toEqual([{ fault: Fault.notFound, address: "" }]);
    });

    it("without a network it is broken", async ({ ports, knownHost, until }) => {
      const answers = ask(ports, knownHost);
      await until(() => answers.length > 0);
      expect(answers).toEqual([{ fault: Fault.broken, address: "" }]);
    }, { offline: true });
  });
}

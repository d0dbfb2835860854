import { Ledger } from "./ledger";

const at = (key: string, minute: number, value: unknown = minute) => ({ key, value, atMs: 1767225600000 + minute * 60000 });

test("what is accepted is delivered, dropped or outstanding", () => {
  const ledger = new Ledger();
  for (let i = 1; i <= 5; i += 1) ledger.said("reading", i, `a ${i}`);
  expect(ledger.outstanding).toBe(5);
  expect(ledger.arrived([at("a", 1), at("a", 2)])).toHaveLength(2);
  expect(ledger.arrived([at("a", 2), at("a", 3)])).toEqual([at("a", 3)]);
  ledger.said("published", 3, "");
  ledger.said("dropped", 2, "full 2 corrupt 0 ram 0 alien 0 refused 0");
  expect([ledger.accepted, ledger.published, ledger.delivered, ledger.duplicated, ledger.droppedInAll, ledger.outstanding]).toEqual([5, 3, 3, 1, 2, 0]);
});

test("keys have their own order", () => {
  const ledger = new Ledger();
  ledger.arrived([at("a", 5), at("b", 1)]);
  expect([ledger.delivered, ledger.duplicated]).toEqual([2, 0]);
});

test("what a boot counts anew is added up, what flash keeps is not", () => {
  const ledger = new Ledger();
  ledger.said("dropped", 3, "full 2 corrupt 0 ram 1 alien 0 refused 0");
  ledger.said("boot", 2, "x");
  ledger.said("dropped", 4, "full 3 corrupt 0 ram 1 alien 0 refused 0");
  expect([ledger.droppedFor("full"), ledger.droppedFor("ram"), ledger.droppedInAll]).toEqual([3, 2, 5]);
});

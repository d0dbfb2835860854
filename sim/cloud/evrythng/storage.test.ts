/** What the emulation keeps over a restart where something stood in the way: a limit, a full disk. */
import { manualHost } from "../../../test/conformance/thethings-peer";
import { make, tenant } from "../../../test/interop/evrythng-cloud";
import type { Keeper } from "../keeper";
import { createEvrythng } from "./model";

test("a snapshot at the limit of all values loses none of them", () => {
  const limits = { valuesMax: 5 };
  let snapshot: unknown[] = [];
  const model = createEvrythng(manualHost(1), { limits, keeper: { entries: [], append: () => undefined, settle: (dump) => (snapshot = [...dump()]) } });
  const own = tenant(model);
  const write = (path: string, count: number): unknown => make(model, own.operator, "update", path, Array.from({ length: count }, (_, timestamp) => ({ value: timestamp, timestamp })));
  write(`/products/${own.product}/properties/a`, 1);
  write(`/thngs/${own.thng}/properties/k`, 4);
  write(`/products/${own.product}/properties/b`, 1);
  const again = createEvrythng(manualHost(2), { limits, keeper: { entries: snapshot, append: () => undefined, settle: () => undefined } });
  expect(again.counts.values).toBe(6);
  expect(Object.values(make(again, own.operator, "read", `/thngs/${own.thng}/properties/k`)).filter((one) => typeof one === "object")).toHaveLength(4);
});

test.each([1, 2, 3])("a task whose %d. entry could not be kept is done at the next start, and makes no thng twice", (broken) => {
  const kept: unknown[] = [];
  const keeper = (room: number): Keeper => {
    let left = room;
    const append = (entry: unknown): void => {
      left -= 1;
      if (left < 0) throw new Error("disk full");
      kept.push(JSON.parse(JSON.stringify(entry)));
    };
    return { entries: [...kept], append, settle: () => undefined };
  };
  const made = createEvrythng(manualHost(1), { keeper: keeper(Infinity) });
  const own = tenant(made);
  make(made, own.operator, "create", `/batches/${own.batch}/tasks`, { type: "POPULATING", inputParameters: { quantity: 3 } });
  const count = (model: typeof made): number => Object.values<unknown>(make(model, own.operator, "read", "/thngs?perPage=100")).filter((thng) => (thng as { batch?: string }).batch === own.batch).length;
  const host = manualHost(2);
  const full = createEvrythng(host, { keeper: keeper(broken - 1) });
  host.advance(50);
  const again = manualHost(3);
  const restarted = createEvrythng(again, { keeper: keeper(Infinity) });
  again.advance(50);
  expect(count(restarted)).toBe(3);
  expect(make(restarted, own.operator, "read", `/batches/${own.batch}/tasks`)).toMatchObject({ 0: { status: "EXECUTED", result: { thngs: 3 } } });
  // What was said to be done before the disk was full is what a restart finds.
  expect([0, 3]).toContain(count(full));
});

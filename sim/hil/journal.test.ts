/** The log of a test: in the order of time, without secrets, and somebody waits on it. */
import { BenchError, Expectation } from "./faults";
import { ENTRIES_MAX, Journal } from "./journal";

const SECRET = "canary-code-journal";

test("entries stand in their order, each with its source and time", () => {
  let now = 1000;
  const journal = new Journal(() => now);
  journal.add("device", "boot 1");
  now = 2500;
  journal.add("cloud", "has count 1");
  journal.add("console", "a\x1b[31mb");
  expect(journal.text()).toBe("   0.000  device  boot 1\n   1.500  cloud   has count 1\n   1.500  console a\\x1b[31mb");
  expect(journal.text(1)).toBe("   1.500  console a\\x1b[31mb");
});

test.each<[string, string]>([
  ["as it is", SECRET],
  ["in hexadecimal", Buffer.from(SECRET).toString("hex")],
  ["in base64", Buffer.from(SECRET).toString("base64")],
])("a secret %s is masked, and who said it is remembered", (_name, form) => {
  const journal = new Journal();
  journal.hide(SECRET);
  journal.add("device", `the code is ${form}.`);
  journal.add("cloud", "nothing");
  expect(journal.text()).not.toContain(form);
  expect(journal.leaking).toEqual(["device"]);
});

test("a text that is too short to be a secret masks nothing", () => {
  const journal = new Journal();
  journal.hide("");
  journal.hide("12345");
  expect(journal.masked("12345")).toBe("12345");
});

test("it keeps so many entries, and says how many it dropped", () => {
  const journal = new Journal();
  for (let i = 0; i < ENTRIES_MAX + 2; i += 1) journal.add("device", `${i}`);
  expect(journal.text(1)).toMatch(new RegExp(`^\\(2 entries before these were dropped\\)\n.*${ENTRIES_MAX + 1}$`));
});

test("whoever waits is woken by an entry", async () => {
  const journal = new Journal();
  let held = false;
  const waiting = journal.until(() => held, 60000, "it holds");
  held = true;
  journal.add("device", "now");
  await expect(waiting).resolves.toBeUndefined();
});

test("what does not come is an expectation, without secrets; a bench that failed is none", async () => {
  const journal = new Journal();
  journal.hide(SECRET);
  await expect(journal.until(() => false, 1, `the code ${SECRET}`)).rejects.toEqual(new Expectation("this did not come: the code ***"));
  const waiting = journal.until(() => false, 60000, "never");
  journal.fail(new BenchError("The cable is gone."));
  await expect(waiting).rejects.toBeInstanceOf(BenchError);
  await expect(journal.until(() => true, 60000, "at once")).rejects.toBeInstanceOf(BenchError);
});

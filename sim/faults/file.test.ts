import { readScenario, ScenarioError } from "./file";

/** The sentence that refuses a file. */
function refusal(text: string): string {
  try {
    readScenario(text);
  } catch (problem) {
    if (problem instanceof ScenarioError) return problem.message;
    throw problem;
  }
  return "";
}

test("a scenario file gives rules, with what it does not say at what is usual", () => {
  const text = `// our site
  { "name": "our-site", "faults": [
    { "kind": "broker-restart", "every": "2h", "for": ["10s", "2m"] },
    { "kind": "tcp-loss", "every": "30m", "for": "5m", "rate": 0.25 },
    { "kind": "clock-jump", "every": "6h", "by": "1h" }, /* the last */
    { "kind": "cut-connection", "every": "1s" },
  ] }
  // end`;
  expect(readScenario(text)).toEqual({
    name: "our-site",
    rules: [
      { kind: "broker-restart", everyMs: 7200000, forMs: { least: 10000, most: 120000 }, settings: {} },
      { kind: "tcp-loss", everyMs: 1800000, forMs: { least: 300000, most: 300000 }, settings: { rate: 0.25 } },
      { kind: "clock-jump", everyMs: 21600000, forMs: { least: 0, most: 0 }, settings: { by: 3600000 } },
      { kind: "cut-connection", everyMs: 1000, forMs: { least: 0, most: 0 }, settings: { within: 200 } },
    ],
  });
});

test.each([
  ["no JSON", '{\n "faults": [\n', /^line 3: this is no JSON/],
  ["something behind it", '{"faults":[{"kind":"half-open","every":"1h"}]}\n5', /^line 1: nothing may follow/],
  ["no object", "[]", /^line 1: a scenario is an object/],
  ["an unknown member", '{\n"fault": []}', /^line 2: a scenario has no "fault": it has "name", "faults"/],
  ["no faults", "{}", /^line 1: a scenario needs "faults"/],
  ["an empty list", '{"faults":[]}', /1 to 100/],
  ["an unknown kind", '{"faults":[\n{"kind":"earthquake","every":"1h"}]}', /^line 2: there is no kind "earthquake": there are slow-network, /],
  ["no kind", '{"faults":[{"every":"1h"}]}', /needs a "kind"/],
  ["no every", '{"faults":[{"kind":"half-open"}]}', /needs "every"/],
  ["a duration without its unit", '{"faults":[{"kind":"half-open","every":60}]}', /"every" is a duration like/],
  ["too often", '{"faults":[{"kind":"half-open","every":"999ms"}]}', /one second at least/],
  ["a setting of another kind", '{"faults":[{"kind":"half-open","every":"1h",\n"rate":0.5}]}', /^line 2: "half-open" has no "rate"/],
  ["a share above 1", '{"faults":[{"kind":"tcp-loss","every":"1h","rate":1.5}]}', /"rate" is a share from 0 to 1/],
  ["half a byte", '{"faults":[{"kind":"cut-connection","every":"1h","within":0.5}]}', /"within" is a number of bytes from 0 to 65536/],
  ["a span backwards", '{"faults":[{"kind":"wifi-gone","every":"1h","for":["2m","1m"]}]}', /begins with the shorter/],
  ["the same name twice", '{"faults":[{"kind":"wifi-gone","every":"1h","every":"2h"}]}', /stands here twice/],
  ["a computed name", '{["faults"]:[]}', /names and values only/],
])("a scenario file with %s is refused with its line", (_what, text, sentence) => {
  expect(refusal(text)).toMatch(sentence);
});

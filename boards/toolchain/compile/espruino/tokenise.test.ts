/** Tokenised, a script says what it said: as text again it is the same sequence of tokens. */
import { tokenizer } from "acorn";
import { transformSync } from "esbuild";
import { detokenise, tokenOf } from "../../../../sim/engines/espruino/tokens";
import { openSourceMap } from "../../scan/source-map";
import { applyEdits } from "./edits";
import { lineAndColumn } from "./maps";
import { tokenEdits, tokenise, tokenisePieces } from "./tokenise";

const tokenised = (code: string): string => applyEdits(code, tokenEdits(code));

/** Text in which «word» stands for a token. */
const marked = (text: string): string => text.replace(/«(.+?)»/g, (_all, word: string) => tokenOf(word)!);

/** The tokens of a script, constants by their words. */
function sequence(code: string): string {
  const tokens = [...tokenizer(code, { ecmaVersion: 2022 })].map(({ start, end }) => code.slice(start, end));
  return tokens.join(" ").replace(/\bvoid 0\b/g, "undefined").replace(/! 0\b/g, "true").replace(/! 1\b/g, "false");
}

test.each([
  ["function f(){if(a==b)return1();else return c}", "«function»f(){«if»(a«==»b)return1();«else»«return»c}"],
  ["let a=b in c,d=e instanceof f", "«let»a=b«in»c,d=e«instanceof»f"],
  ["for(let a of[1])a++ +b", "«for»(«let»a«of»[1])a«++»+b"],
  ["a=b- -c+ +d", "a=b- -c+ +d"],
  ["a=b- --c", "a=b-«--»c"],
  ["a=void 0,b=!0,c=!1,d=!00,e=void 01", "a=«undefined»,b=«true»,c=«false»,d=!00,e=«void»01"],
  ["a=b??c", "a=b«??»c"],
  ["a.default=b.in({if:1,of:2,c:3,d(){}})", "a.default=b.in({if:1,of:2,c:3,d(){}})"],
  ["a[typeof b]", "a[«typeof»b]"],
  ["f('if ==',\"return\",/if==/g,`if ${a==b} ==`,`${`a==${b}`}==`)==c", "f('if ==',\"return\",/if==/g,`if ${a==b} ==`,`${`a==${b}`}==`)«==»c"],
  ["a=1\nreturn_=b==c\nlet d", "a=1\nreturn_=b«==»c\n«let»d"],
])("%s", (code, wanted) => {
  const made = tokenised(code);
  expect(made).toBe(marked(wanted));
  expect(sequence(detokenise(made))).toBe(sequence(code));
});

const script = (code: string) => ({ code, map: JSON.stringify({ version: 3, names: [], sources: ["script"], mappings: "AAAA" }) });

test.each([";", "\n"])("an index leads to the pieces as they are, behind %j", (end) => {
  const pieces = ["e=>{return e};", "()=>void 0;", "(a,b)=>a===b;"];
  const offsets = [23, 37, 48, 61];
  const { code } = tokenisePieces(script(`"${offsets.map((offset) => offset + 10000).join("")}"${end}${pieces.join("")}`));
  const made = /^"(\d+)"/.exec(code)![1]!.match(/\d{5}/g)!.map((digits) => Number(digits) - 10000);
  expect(made.slice(1).map((to, i) => code.slice(made[i], to))).toEqual(pieces.map(tokenised));
});

test("each name leads to where it led", () => {
  const source = "function f(a) {\n  if (a === void 0) return typeof f;\n  return a in f;\n}\nlet b = typeof f;\nlet c = b !== f ? f : b;";
  const { code, map } = transformSync(source, { sourcemap: "external", sourcefile: "script", minifyWhitespace: true });
  const short = tokenise({ code, map });
  const look = openSourceMap(short.map).at;
  const names = [...short.code.matchAll(/[a-z]/g)];
  expect(names).toHaveLength(13);
  for (const { index, 0: name } of names) {
    const { line, column } = look(...lineAndColumn(short.code, index))!;
    expect([index, source.split("\n")[line - 1]!.slice(column - 1, column)]).toEqual([index, name]);
  }
});

/** Tokenised source runs wherever a device may have it: at boot, in `eval` with what is around it, in functions and timers made of text. */
import { createBench } from "../../../test/engines/quirks/bench";
import { tokenOf } from "../espruino/tokens";
import { readable } from "./lexer";

const tokenised = (text: string): string => text.replace(/«(.+?)»/g, (_all, word: string) => tokenOf(word)!);

test.each([
  ["a file of Storage, in eval", "«let»a=1;«function»f(){«let»b=2;«return» eval(require('Storage').read('piece'))}print(f());", "[3,true]"],
  ["eval inside of what eval is given", "print(eval('eval('+JSON.stringify('1«==»1')+')'));", "true"],
  ["eval of what is no text", "print(eval(5),eval());", "5 undefined"],
  ["a method of that name", "print({eval:(a)«=>»a+1}.eval(1));", "2"],
  ["a function of text", "print(new Function('a','«return»a«===»1')(1),Function('«return»2')(),(()=>1) instanceof Function);", "true 2 true"],
  ["a timer of text", "setTimeout('print(1«!=»2)',1);", "true"],
  ["text with bytes in it", "print('\\x8a'.length,'«=>»'.charCodeAt(0));", "1 162"],
])("%s", (_name, source, printed) => {
  const bench = createBench("esp32-espruino", { espruino: { files: new Map([["piece", tokenised("«let»c=[a+b,a«<=»b];c")]]) } });
  bench.run(tokenised(source));
  expect([bench.failures, bench.lines]).toEqual([[], [printed]]);
});

test("source without tokens and without eval is left alone", () => {
  const source = "let medieval=1;medieval+ +1";
  expect(readable(source)).toBe(source);
});

/**
 * Where the emulation answers otherwise: what V8 decides before any function is asked. The scan of the build refuses the
 * grammar among them; firmware has no use for the rest.
 */

/** Title, code, what the interpreter prints, what the emulation prints. */
export const differences: readonly (readonly [title: string, code: string, there: string, here: string])[] = [
  ["the words of a ReferenceError", "(function(){try{nobody;}catch(e){return e.message;}})()", `'"nobody"%20is%20not%20defined'`, "'nobody%20is%20not%20defined'"],
  ["the kind of error for a member of null", "(function(){try{null.x;}catch(e){return e.type;}})()", "'Error'", "'TypeError'"],
  ["the kind of error for a call of nothing", "(function(){try{({}).x();}catch(e){return e.type;}})()", "'Error'", "'TypeError'"],
  ["a blank behind a number, by plus", '+"4 "', "NaN", "4"],
  ["a fraction joined to a text", '""+1/3', "'0.33333333333'", "'0.3333333333333333'"],
  ["what new Pin makes", 'typeof new Pin("D5")', "'number'", "'object'"],
  ["modules are functions", 'typeof require("Storage")', "'function'", "'object'"],
  ["a code point above a byte, in the source", String.raw`"\u20ac".charCodeAt(0)`, "172", "8364"],
  ["a member that nobody can delete", "typeof Uint8Array.BYTES_PER_ELEMENT", "'undefined'", "'number'"],
  ["no hoisting", "(function(){try{return f();function f(){return 1;}}catch(e){return e.type;}})()", "'ReferenceError'", "1"],
  ["a loop variable in a closure", "(function(){var r=[];for(let i=0;i<3;i++)r.push(function(){return i;});return r.map(function(f){return f();});})()", "[3,3,3]", "[0,1,2]"],
  ["text read from Storage is the flash itself", '(function(){var s=require("Storage");s.write("live","ab",0,4);var t=s.read("live");s.write("live","cd",2);return t;})()', "'abcd'", "'ab%ff%ff'"],
  ["sums of fractions", "0.1+0.2===0.3", "true", "false"],
  ["names of functions", "typeof (function f(){}).name", "'undefined'", "'string'"],
  ["integer-like keys", "Object.keys({b:1,2:1,1:1})", "['b','2','1']", "['1','2','b']"],
];

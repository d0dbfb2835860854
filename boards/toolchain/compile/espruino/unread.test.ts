import { withoutUnread } from "./unread";

const map = JSON.stringify({ version: 3, names: [], sources: ["script"], mappings: "AAAA" });
const without = (code: string): string => withoutUnread({ code, map }).code;

describe("a field that nothing reads", () => {
  test.each([
    ["is not declared, and its value is still computed", "let T$a,T$b,c;T$a=f();g(T$b=c);", "let c;(f());g((c));"],
    ["leaves no declaration behind that is empty", "let T$a;T$$n=1;", "(1);"],
    ["may be set together with another, wherever", "let T$a,T$b;function f(){T$a=T$b=1}", "function f(){((1))}"],
  ])("%s", (_what, code, expected) => {
    expect(without(code)).toBe(expected);
  });

  test.each([
    ["is read", "let T$a;T$a=1;f(T$a);"],
    ["is stepped", "let T$$n;T$$n=0;f(T$$n++);"],
    ["is added to, whose value somebody may want", "let T$$n;T$$n=0;T$$n+=1;"],
    ["begins with a value", "let T$a=f();"],
    ["is no field", "let a;a=1;"],
  ])("stays when it %s", (_what, code) => {
    expect(without(code)).toBe(code);
  });
});

import { applyEdits } from "./edits";
import { numberNames, numbersInArray, undeclared } from "./numbers";

/** What the passes make of a script. */
function inArray(code: string): string {
  const bare = applyEdits(code, undeclared(code));
  return applyEdits(bare, numbersInArray(bare));
}

describe("fields that hold whole numbers", () => {
  test("become elements of one array, the most used one first", () => {
    expect(inArray("let a,T$$n,T$$m;function f(){T$$m++;T$$n=T$$m+a}")).toBe("let N=new Int32Array(2);let a;function f(){N[0]++;N[1]=N[0]+a}");
  });

  test("are assigned where a declaration gave them a value, in its order", () => {
    expect(inArray("let a=f(),T$$n=a+1,T$$m=T$$n,b=T$$m;")).toBe("let N=new Int32Array(2);let a=f();N[1]=a+1,N[0]=N[1];let b=N[0];");
    expect(inArray("let T$$n;T$$n=1;")).toBe("let N=new Int32Array(1);N[0]=1;");
  });

  test("mean the same: what is read, stepped and assigned within expressions", () => {
    const script = (n: string): string => `for(${n}=0;${n}<5;${n}+=2)said.push(${n}++);said.push(-${n},[${n}],{n:${n}}.n,${n}>6?1:0);`;
    const run = (code: string): unknown => new Function("said", `${code};return said`)([]);
    expect(run(inArray(`let T$$n;${script("T$$n")}`))).toEqual(run(`let n;${script("n")}`));
  });

  test("leave a script without any as it is", () => {
    expect(inArray("let a=1,T$t;f(a,T$t)")).toBe("let a=1,T$t;f(a,T$t)");
    expect(numberNames("let a,T$t,T$$n;T$$n=U$$m")).toEqual(["T$$n", "U$$m"]);
  });
});

/**
 * For each rule of the scan of emitted JavaScript: a script that it must find, and its neighbour that it must not. Each script
 * shows one value; on the real interpreter the first fails or shows another value than JavaScript does, the second shows the same.
 */

export interface ScanCase {
  readonly rule: string;
  readonly bad: string;
  readonly good: string;
  /** True where the rule forbids what works: for safety, or because what breaks is not seen at once. */
  readonly works?: true;
}

const of = (rule: string, bad: string, good: string): ScanCase => ({ rule, bad, good });
const policy = (rule: string, bad: string, good: string): ScanCase => ({ rule, bad, good, works: true });

const syntax: readonly ScanCase[] = [
  of("default", "function f(a=1){return a}show(f());", "function f(a){return a===undefined?1:a}show(f());"),
  of("default", "let f=(a=1)=>a;show(f());", "let f=a=>a??1;show(f());"),
  of("rest", "function f(...a){return a.length}show(f(1,2));", "function f(a){return a.length}show(f([1,2]));"),
  of("spread", "function f(a,b){return a+b}show(f(...[1,2]));", "function f(a,b){return a+b}show(f(1,2));"),
  of("spread", "show([...[1]].length);", "show([1].length);"),
  of("spread", "show({...{a:1}}.a);", "show({a:1}.a);"),
  of("destructuring", "let {a}={a:1};show(a);", "let a={a:1}.a;show(a);"),
  of("destructuring", "let [a]=[1];show(a);", "let a=[1][0];show(a);"),
  of("destructuring", "let f=({a})=>a;show(f({a:1}));", "let f=o=>o.a;show(f({a:1}));"),
  of("destructuring", "let a=0;[a]=[1];show(a);", "let a=0;a=[1][0];show(a);"),
  of("destructuring", "let s=0;for(const [a] of [[1]])s+=a;show(s);", "let s=0;for(const a of [[1]])s+=a[0];show(s);"),
  of("computed-key", "let k='a';show({[k]:1}.a);", "let o={};o['a']=1;show(o.a);"),
  of("label", "let n=0;a:for(;;){n++;break a}show(n);", "let n=0;for(;;){n++;break}show(n);"),
  of("generator", "function*g(){yield 1}show(1);", "function g(){return 1}show(1);"),
  of("async", "async function f(){return 1}show(1);", "function f(){return 1}show(1);"),
  of("async", "let f=async()=>1;show(1);", "let f=()=>1;show(1);"),
  of("class-field", "class A{l=[]}let a=new A(),b=new A();a.l.push(1);show(b.l.length);", "class A{constructor(){this.l=[]}}let a=new A(),b=new A();a.l.push(1);show(b.l.length);"),
  of("class-field", "class A{#x=1;g(){return this.#x}}show(new A().g());", "class A{g(){return 1}}show(new A().g());"),
  of("new-target", "function f(){return new.target}show(f());", "function f(){return undefined}show(f());"),
  of("tagged-template", "let t=s=>s[0];show(t`x`);", "let t=s=>s;show(t(`x`));"),
  of("var", "let v=5;function f(){let t=typeof v;var v=1;return t+v}show(f());", "let v=5;function f(){let w=1;return typeof w+w}show(f());"),
  of("comma", "let n=0;show([1,2][n+=1,n]);", "let n=0;show([1,2][(n+=1,n)]);"),
  of("comma", "switch(2){case 1,2:show(1)}", "switch(2){case(1,2):show(1)}"),
  of("super", "class A{m(){return 1}}class B extends A{m(){return(()=>super.m())()}}show(new B().m());", "class A{m(){return 1}}class B extends A{n(){return this.m()}}show(new B().n());"),
  of("do-braces", "let n=0;do if(n++>9)break;while(n<3);show(n);", "let n=0;do{if(n++>9)break}while(n<3);show(n);"),
  of("do-braces", "let n=0;do;while(n++<3);show(n);", "let n=0;do n++;while(n<3);show(n);"),
  of("name-of", "function of(){return 1}show(of());", "let o={of:1};show(o.of);"),
  of("name-of", "let of=2;show(of);", "let off=2;show(off);"),
  of("template-hole", "show(`a${\"}\"}b`);", "let c='}';show(`a${c}b`);"),
  of("template-hole", "show(`a${['{'][0]}b`);", "show(`a${['x'][0]}b`);"),
  of("default-last", "let r=0;switch(2){default:r=1;break;case 2:r=2}show(r);", "let r=0;switch(2){case 2:r=2;break;default:r=1}show(r);"),
  of("return-newline", "let n=0;function f(){return\nn++}f();show(n);", "let n=0;function f(){return;\nn++}f();show(n);"),
  of("loop-function", "let n=0;for(function(){n=1}();n<3;n++);show(n);", "let n=0;for(!function(){n=1}();n<3;n++);show(n);"),
  of("line-continuation", "show('a\\\nb');", "show('a\\nb');"),
  of("optional-chain", "let a={b:1};show(a?.b);", "let a={b:1};show(a.b);"),
  of("logical-assignment", "let a;a??=1;show(a);", "let a;a=a??1;show(a);"),
  of("power", "show(2**3);", "show(2*2*2);"),
  of("power", "let a=2;a**=3;show(a);", "let a=2;a*=4;show(a);"),
  of("bigint", "show(typeof 1n);", "show(typeof 1);"),
  of("with", "with({a:1})show(a);", "let o={a:1};show(o.a);"),
  of("syntax", "export const a=1;show(a);", "const a=1;show(a);"),
  of("html-comment", "let a=2,b=1;show(a<!--b\n);", "let a=2,b=1;show(a<! --b);"),
  of("proto", "let o={__proto__:null};o.a=1;show(o.b===undefined);show(o);", "let o={};o.a=1;show(o);"),
  of("arrow-arguments", "function f(){return(()=>arguments.length)()}show(f(1,2));", "function f(){let n=arguments.length;return(()=>n)()}show(f(1,2));"),
  of("arrow-this", "let o={v:3,f(){return(()=>(()=>this.v)())()}};show(o.f());", "let o={v:3,f(){let t=this;return(()=>(()=>t.v)())()}};show(o.f());"),
  of("error-class", "class X extends Error{}let r;try{throw new X('m')}catch(e){r=e.message}show(r);", "let r;try{throw new Error('m')}catch(e){r=e.message}show(r);"),
  of("debugger", "debugger;show(1);", "show(1);"),
  of("non-ascii", "show('\u00fc\u00e9'.charCodeAt(1)===0xe9&&'\u20ac'.length===1);", "show('\\xfc\\xe9'.charCodeAt(1)===0xe9);"),
  of("wide-character", "show('\\u20ac'.charCodeAt(0));", "show('\\xac'.charCodeAt(0));"),
  of("wide-character", "show('\\u{41}');", "show('\\u0041');"),
  of("wide-character", "show(String.fromCharCode(300).charCodeAt(0));", "show(String.fromCharCode(255).charCodeAt(0));"),
];

const order: readonly ScanCase[] = [
  of("before-declaration", "show(f());function f(){return 1}", "function f(){return 1}show(f());"),
  of("before-declaration", "function a(){return b()}let r=a();function b(){return 2}show(r);", "function a(){return b()}function b(){return 2}let r=a();show(r);"),
  of("before-declaration", "function o(){let r=i();function i(){return 1}return r}show(o());", "function o(){function i(){return 1}let r=i();return r}show(o());"),
  of("before-declaration", "function o(){let g=i;function i(){return 1}return g}show(o()());", "function o(){let g=()=>i();function i(){return 1}return g}show(o()());"),
  of("before-declaration", "let r=(function(){return f()})();function f(){return 1}show(r);", "let r=function(){return f()};function f(){return 1}show(r());"),
  of("before-declaration", "function a(n){return n?b(n-1):c()}function b(n){return a(n)}let r=a(1);function c(){return 3}show(r);", "function a(n){return n?b(n-1):3}function b(n){return a(n)}show(a(1));"),
  of("loop-capture", "let r=[];for(let i=0;i<2;i++)r.push(()=>i);show(r.map(f=>f()));", "let r=[];for(let i=0;i<2;i++){const k=i;r.push(()=>k)}show(r.map(f=>f()));"),
  of("loop-capture", "let r=[];for(const x of [1,2])r.push(()=>x);show(r.map(f=>f()));", "let r=[];for(const x of [1,2])(function(y){r.push(()=>y)})(x);show(r.map(f=>f()));"),
];

const members: readonly ScanCase[] = [
  of("list-length", "let l=[1,2];l.length=0;show(l);", "let l=[1,2];l=[];show(l);"),
  of("native-prototype", "show(Array.prototype.slice.call([1,2],1));", "show([1,2].slice(1));"),
  of("clear-undefined", "clearTimeout(undefined);show(1);", "clearTimeout();show(1);"),
  of("clear-undefined", "clearInterval(void 0);show(1);", "let t=setTimeout(function(){},9);clearTimeout(t);show(1);"),
  ...["Symbol", "Map", "Set", "WeakMap", "Proxy", "Reflect", "BigInt", "TextEncoder", "queueMicrotask", "RangeError"].map((name) =>
    of("missing-name", `function f(){return ${name}}show(f()!==undefined);`, `show(typeof ${name}!=='function'||1===1);`)),
  of("missing-member", "show(Math.trunc(1.5));", "show(Math.floor(1.5));"),
  of("missing-member", "show(Object.freeze({a:1}).a);", "show(Object.assign({a:1},{b:2}).a);"),
  of("missing-member", "show(Number.isInteger(1));", "show(isNaN(1));"),
  of("missing-member", "show(Array.from([1]).length);", "show(Array.isArray([1]));"),
  of("missing-member", "show(String.raw===undefined);", "show(String.fromCharCode(65));"),
  of("missing-member", "show([[1]].flat().length);", "show([[1]].length);"),
  of("missing-member", "show(' a'.trimStart());", "show(' a'.trim());"),
  of("missing-member", "show((1.5).toPrecision(2));", "show((1.5).toString());"),
  of("regexp", "show(/a{2}/.test('aa'));", "show('aa'.indexOf('a'));"),
  of("search", "show('abc'.indexOf('cd'));", "show('abc'.indexOf('c'));"),
  of("search", "let t='abc';show(t.indexOf('cd'));", "let t='abc';show((t+' ').indexOf('cd'));"),
  of("search", "let t='abc';show((t+'c').indexOf('cd'));", "let t='abc';show(t.indexOf('c'));"),
  of("search", "show('abc'.includes('cd'));", "show('abc'.includes('c'));"),
  of("search", "show('abc'.replace('cd','x'));", "show('abc'.replace('c','x'));"),
  of("split-limit", "show('a,b,c'.split(',',2).length);", "show('a,b,c'.split(',').length);"),
  of("differs", "show((-1.25).toFixed(0)+(1.45).toFixed(1)+(-1.5).toFixed(0));", "show((125).toString());"),
  of("differs", "show(Math.round(-2.5));", "show(Math.floor(-2.5));"),
  of("differs", "show(Object.keys(Object.defineProperty({},'a',{value:1,enumerable:false})).length);", "let o={};o.a=1;show(Object.keys(o).length);"),
  of("differs", "show(encodeURIComponent('\\xe9'));", "show('%C3%A9');"),
  of("negative-index", "show('abc'[-1]===undefined);", "show('abc'[1]);"),
  of("new-array", "show(new Array(3).map(x=>1).length);", "show([0,0,0].map(x=>1).length);"),
  of("typed-array", "show(new Uint8Array('12').length);", "show(new Uint8Array([1,2]).length);"),
  policy("eval", "show(eval('1'));", "show(1);"),
  policy("eval", "show(new Function('return 1')());", "show((function(){return 1})());"),
  policy("eval", "setTimeout('1',1);show(1);", "setTimeout(function(){},1);show(1);"),
  policy("differs", "show(typeof Promise.resolve(1).then);", "show(1);"),
  policy("differs", "show([3,1,2].sort((a,b)=>a-b));", "show([1,2,3]);"),
  policy("differs", "let o={emit:function(){return 1}};show(o.emit('x'));", "let o={tell:function(){return 1}};show(o.tell('x'));"),
];

export const scanCases: readonly ScanCase[] = [...syntax, ...order, ...members];

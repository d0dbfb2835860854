/**
 * Random programs in the app dialect: nested expressions of everything that is lowered, each part noting when it is computed, so
 * that an order that differs shows. The same seed gives the same programs.
 */

/** What every program has to work with. `note` answers its value and writes down that it was asked. */
const head = `interface Q { n: number; o?: { n: number } }
interface Q2 { n?: number }
interface W { o?: { n: number }; l?: number[]; f?: (n: number) => { n: number } | undefined }
export function run(): unknown {
const seen: string[] = [];
const note = <T,>(text: string, value: T): T => { seen.push(text); return value; };
const some = <T,>(value: T): T | undefined => value;
let p: number = some(1) ?? 0;
const q: Q = { n: 4 }; const q2: Q2 = {}; const l: number[] = [3, 1, 2];
const u: Q | undefined = some<Q | undefined>(undefined);
const w: W | undefined = some<W>({ o: { n: 3 }, l: [5, 6], f: (n) => (n % 2 === 0 ? { n } : undefined) });
function f(a: number, b = note("B", a + 1), { n = note("N", 5) }: Q2 = {}): number { return a * 3 + b * 5 + n; }
const g = (a: number, ...more: number[]): number => more.reduce((s, x) => (s * 2 + x) % 97, a);
`;

class Writer {
  private notes = 0;

  constructor(private state: number) {}

  private below(count: number): number {
    this.state = (this.state * 48271) % 2147483647;
    return this.state % count;
  }

  private pick(...texts: readonly (() => string)[]): string {
    return texts[this.below(texts.length)]!();
  }

  private digit(): string {
    return `${this.below(9)}`;
  }

  private note(text: string): string {
    this.notes += 1;
    return `note("${String.fromCharCode(97 + (this.notes % 26))}", ${text})`;
  }

  number(depth: number): string {
    const n = (): string => this.number(depth - 1);
    const list = (): string => this.list(depth - 1);
    if (depth <= 0) return this.pick(() => this.digit(), () => this.note(this.digit()), () => "p", () => "q.n", () => `${this.note("q")}.n`);
    return this.pick(
      () => `(${n()} + ${n()})`,
      () => `(${n()} % 7)`,
      () => `(${this.chain(depth - 1)} ?? ${n()})`,
      () => `(p ??= ${n()})`,
      () => `[...${list()}, ${n()}].reduce((a, b) => (a * 3 + b) % 101, 0)`,
      () => `({ ...${this.pick(() => "q", () => this.note("q"))}, n: ${n()} }).n`,
      () => `({ n: 1, m: 2, ...${this.note("q2")}, z: ${n()} }).n`,
      () => `\`\${${n()}}x\${${this.text(depth - 1)}}\`.length`,
      () => `${list()}.map((x, i) => x + i + ${n()}).slice(${this.below(5) - 2}).length`,
      () => `f(${n()}${this.pick(() => "", () => `, ${n()}`, () => `, undefined, { n: ${n()} }`)})`,
      () => `g(${n()}, ...${list()}, ${n()})`,
      () => `Math.max(${n()}, ...${list()})`,
      () => `(${this.note("q")}.o ??= { n: ${n()} }).n`,
      () => `(${this.condition(depth - 1)} ? ${n()} : ${n()})`,
      () => `(${list()}.find((x) => x > ${this.digit()}) ?? ${n()})`,
      () => `Math.round(${n()} / 4)`,
      () => `(${this.note("l")}[${n()} % 3] ?? ${n()})`,
    );
  }

  private chain(depth: number): string {
    const n = (): string => this.number(depth - 1);
    return this.pick(
      () => "u?.n",
      () => "q2?.n",
      () => "w?.o?.n",
      () => "u?.o?.n",
      () => `${this.note("u")}?.n`,
      () => `${this.note("w")}?.o?.n`,
      () => `w?.f?.(${n()})?.n`,
      () => `${this.note("w")}?.f?.(${n()})?.n`,
      () => `w?.l?.[${n()} % 3]`,
      () => `${this.note("w")}?.l?.map((x) => x + ${n()})?.length`,
    );
  }

  private list(depth: number): string {
    const n = (): string => this.number(depth - 1);
    if (depth <= 0) return this.pick(() => "l", () => this.note("l"), () => `[${this.digit()}, ${this.digit()}]`);
    return this.pick(() => "l", () => `[${n()}, ...l]`, () => `l.filter((x) => x !== ${n()})`, () => `l.concat([${n()}])`, () => `(w?.l ?? [${n()}])`);
  }

  private text(depth: number): string {
    const n = (): string => this.number(depth - 1);
    if (depth <= 0) return this.pick(() => '"t"', () => "`s${p}`");
    return this.pick(() => `("k" + ${n()})`, () => `\`<\${${n()}}>\``, () => `String(${n()})`, () => `"abc".slice(${this.below(3)})`, () => `[${n()}].join()`);
  }

  private condition(depth: number): string {
    const n = (): string => this.number(depth - 1);
    return this.pick(() => `${n()} > ${n()}`, () => `w?.o?.n === ${this.digit()}`, () => `${this.note("w")}?.o !== undefined`, () => `u?.n === undefined`, () => `!(${n()} > 2)`, () => `(${n()} > 1 && ${n()} > 2)`);
  }
}

/** `count` programs; each exports `run`, which returns what it computed and in what order. */
export function randomPrograms(seed: number, count: number): string[] {
  const writer = new Writer(seed);
  return Array.from({ length: count }, () => `${head}const r = ${writer.number(4)};\nreturn [r, p, q.o?.n ?? -1, seen.join("")];\n}\n`);
}

/**
 * `goto continue` as typescript-to-lua writes it for Lua 5.3, said with branches: they are shorter, and they leave no label
 * that forbids to move code across it. A jump from deeper inside stays what it is.
 */
import type { Stat } from "./tree";
import { eachStat, rewriteBodies } from "./visit";

/** `list` with what follows each conditional jump to `label` in the branch that does not jump. */
function branched(list: Stat[], label: string): Stat[] {
  const last = list[list.length - 1];
  if (last?.kind === "goto" && last.name === label) return branched(list.slice(0, -1), label);
  const i = list.findIndex((stat) => {
    if (stat.kind !== "if" || stat.otherwise.length > 0) return false;
    const end = stat.then[stat.then.length - 1];
    return end?.kind === "goto" && end.name === label;
  });
  const jump = list[i];
  if (jump?.kind !== "if") return list;
  const rest = branched(list.slice(i + 1), label);
  const then = branched(jump.then.slice(0, -1), label);
  if (then.length > 0) return [...list.slice(0, i), { ...jump, then, otherwise: rest }];
  return [...list.slice(0, i), ...(rest.length === 0 ? [] : [{ ...jump, test: { kind: "unary" as const, op: "not" as const, operand: jump.test }, then: rest, otherwise: [] }])];
}

function isJumpedTo(list: Stat[], label: string): boolean {
  let found = false;
  eachStat(list, (stat) => {
    if (stat.kind === "goto" && stat.name === label) found = true;
  });
  return found;
}

/** Takes the jumps out of all bodies, as far as branches can say them. */
export function takeJumpsOut(stats: Stat[]): void {
  rewriteBodies(stats, (body) => {
    const at = body.findIndex(({ kind }) => kind === "label");
    const label = body[at];
    const block = body[at - 1];
    if (label?.kind !== "label" || block?.kind !== "do") return body;
    const plain = branched(block.body, label.name);
    const inside = { ...block, body: plain };
    return [...body.slice(0, at - 1), inside, ...body.slice(isJumpedTo([inside], label.name) ? at : at + 1)];
  });
}

/** The part of luaparse that the scan uses; the package brings no types. */
declare module "luaparse" {
  /** A node of the tree; which members it has depends on its type. */
  export interface LuaNode {
    readonly type: string;
    readonly range: readonly [number, number];
    readonly [member: string]: unknown;
  }
  export function parse(
    text: string,
    options: { readonly luaVersion: "5.1" | "5.2" | "5.3"; readonly scope: boolean; readonly ranges: boolean; readonly comments: boolean; readonly encodingMode: "pseudo-latin1" },
  ): LuaNode;
}

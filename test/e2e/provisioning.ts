/** What the suites of `motet provision` have at their desk: boards with an app on them, the command, and what is secret. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordGet } from "../../firmware/store/records";
import type { DeskBoard } from "../boards/desk-board";
import type { LuaDeskBoard } from "../boards/lua-desk-board";
import { recordsIn } from "../boards/stored";
import { expectSilent } from "../support/canary";
import { atDesk, motet } from "./command";
import type { Running } from "./command";

export const TIMEOUT_MS = 300000;
export const PASSWORD = "canary-pa55word";
export const CODE = "canary-code-0001";

export interface Plugged<B> {
  readonly board: B;
  readonly port: string;
}

export interface Provisioning<B> {
  /** Gone after each test, and so are the boards. */
  readonly folder: { readonly path: string };
  /** Writes a file into the folder; its path. */
  file(this: void, name: string, text: string): string;
  /** A board that has booted its app. */
  plug(this: void, unit: string): Promise<Plugged<B>>;
  provision(this: void, port: string, args: readonly string[], input?: string): Running;
}

/** For boards of one kind, each made with an app on it. */
export function provisioning<B extends DeskBoard | LuaDeskBoard>(make: (unit: string) => B): Provisioning<B> {
  const { folder } = atDesk();
  const boards: B[] = [];
  const { id } = make("sample").board;
  afterEach(() => Promise.all(boards.splice(0).map((board) => board.close())));
  return {
    folder,
    file: (name, text) => {
      const path = join(folder.path, name);
      writeFileSync(path, text);
      return path;
    },
    plug: async (unit) => {
      const board = make(unit);
      boards.push(board);
      const port = `tcp://127.0.0.1:${await board.cable.listen()}`;
      board.boot();
      return { board, port };
    },
    provision: (port, args, input = "") => motet(["provision", "--board", id, "--port", port, ...args], input),
  };
}

/** What a record of a board holds. */
export function record({ flash }: DeskBoard | LuaDeskBoard, key: string): string | undefined {
  return recordGet(recordsIn(flash), key);
}

/** What a command printed, which has to end well and to let nothing secret out. */
export async function ended(run: Running, secrets: readonly string[] = [PASSWORD, CODE]): Promise<string> {
  const code = await run.ended;
  expectSilent(run.output(), secrets);
  if (code !== 0) throw new Error(run.output());
  return run.output();
}

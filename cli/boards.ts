/** `motet boards`: which boards there are, what one of them is, and whether their descriptions hold together. */
import type { Command } from "commander";
import { BoardError, areaSpans, boardIds, loadBoard } from "../boards/toolchain/board";
import type { Board } from "../boards/toolchain/board";
import { pinDiagram, pinLimits } from "../boards/toolchain/pins/diagram";
import { busPins } from "../boards/toolchain/pins/table";
import type { Context } from "./context";

const NAME_WIDTH = 26;

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}

function flashLines({ constants, flash }: Board): string[] {
  if (constants.flash === "files") return [`flash     the device's areas are ${constants.recordsBlocks + constants.logBlocks} files of ${constants.blockBytes} bytes`];
  const areas = areaSpans(constants).map(({ name, address, bytes }) => `flash     ${hex(address)} to ${hex(address + bytes)}: ${name === "records" ? "token and settings" : "log of readings"}`);
  return [...areas, ...flash.taken.map(({ address, bytes, by }) => `taken     ${hex(address)} to ${hex(address + bytes)}: ${by}`)];
}

function linkLines({ link, image }: Board): string[] {
  const usb = link.usb.length === 0 ? [] : [`usb       ${link.usb.map(({ vid, pid, name }) => `${name} ${vid}:${pid}`).join(", ")}`];
  const telnet = link.telnetPort === undefined ? "" : `, on the network port ${link.telnetPort} until a program closes it`;
  const images = image === undefined ? [] : [`image     ${image.name}, ${image.page}`, ...image.parts.map(({ file, offset }) => `          ${file} at ${hex(offset)}`)];
  return [`console   ${link.baud} baud${telnet}; reset by ${link.reset === "none" ? "hand" : "DTR and RTS"}`, ...usb, ...images];
}

function boardLines(board: Board): string[] {
  const { budgets, pins } = board;
  return [
    `${board.id}: ${board.title}`,
    `runtime   ${board.runtime === "lua" ? `NodeMCU, Lua ${board.lua}` : "Espruino"} on ${board.chip}`,
    `memory    ${budgets.memory.used} of ${budgets.memory.total} ${budgets.memory.unit === "jsvars" ? "variables" : "bytes"} for a device at rest; ${budgets.flashBytes} bytes for its files`,
    ...flashLines(board),
    ...linkLines(board),
    `bus       default: ${busPins(board).map(([line, pin]) => `${line} ${pin}`).join(", ")}`,
    ...pins.functions.map(({ name, pin, note }) => `pin       ${name}: ${pin}${note === undefined ? "" : ` (${note})`}`),
    "",
    ...pinDiagram(board),
    ...pinLimits(board),
    ...(board.notes ?? []),
  ];
}

function list(context: Context): void {
  for (const id of boardIds(context.root)) {
    const { runtime, chip, title } = loadBoard(context.root, id);
    context.output.report({ event: "board", id, runtime, chip, title }, [`${id.padEnd(NAME_WIDTH)}${title}`]);
  }
}

function show(context: Context, id: string): void {
  const board = loadBoard(context.root, id);
  const { runtime, chip, title, budgets, constants, flash, pins, link, image, notes } = board;
  context.output.report({ event: "board", id, runtime, chip, title, budgets, areas: areaSpans(constants), flash, pins, link, image, notes }, boardLines(board));
}

function check(context: Context): void {
  for (const id of boardIds(context.root)) {
    try {
      loadBoard(context.root, id);
      context.output.report({ event: "board", id, ok: true }, [`${id.padEnd(NAME_WIDTH)}ok`]);
    } catch (problem) {
      if (!(problem instanceof BoardError)) throw problem;
      context.output.report({ event: "board", id, ok: false, problem: problem.message }, [`${id.padEnd(NAME_WIDTH)}${problem.message}`]);
      process.exitCode = 1;
    }
  }
}

export function addBoards(program: Command, context: Context): void {
  const boards = program.command("boards").description("list the boards, draw one with its pins, or check their descriptions");
  const json = (command: Command): Command => command.option("--json", "print one event per line as JSON");
  json(boards.command("list", { isDefault: true }).description("list the boards")).action(() => list(context));
  json(boards.command("show").description("draw a board, with its pins, its flash and how it is reached").argument("<id>", "the board, e.g. esp32-espruino")).action((id: string) => show(context, id));
  json(boards.command("check").description("check every boards/<id>/board.json; fails when one does not hold together")).action(() => check(context));
}

/** A board whose port is not there: whatever is asked of it, the bench has failed and not the device. */
import { join } from "node:path";
import { loadBoard } from "../../../boards/toolchain/board";
import { BenchError } from "../faults";
import { BoardUnit } from "./board";

const board = loadBoard(join(__dirname, "..", "..", ".."), "esp32-espruino");
const ignore = (): void => undefined;

function unit(): BoardUnit {
  const wired = { name: "devkit", board, port: "/no/such/port", baud: 115200, network: undefined, timeHost: "", power: undefined, luac: undefined };
  return new BoardUnit({ wired, boards: [board], events: { record: ignore, console: ignore, failed: ignore, lost: ignore, note: ignore }, imageOf: () => Promise.reject(new Error("unused")) });
}

test.each<[string, (board: BoardUnit) => Promise<unknown>]>([
  ["is put on", (each) => each.load()],
  ["starts", (each) => each.start()],
  ["loses its power", (each) => each.powerOff()],
  ["gets its power back", (each) => each.powerOff().catch(() => each.start())],
])("the device %s", async (_what, act) => {
  const problem: unknown = await act(unit()).catch((thrown: unknown) => thrown);
  expect(problem).toBeInstanceOf(BenchError);
  expect(problem).toMatchObject({ isPassing: true, message: expect.stringMatching(/^devkit: /) as string });
});

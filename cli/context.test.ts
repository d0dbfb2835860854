/** How a person ends a command: it is asked to first, and the second time, by whatever signal, it is over. */
import { endedByUser, interrupted } from "./context";

const listeners = (): number[] => ["SIGINT", "SIGTERM"].map((signal) => process.listenerCount(signal));

test.each([["SIGINT"], ["SIGTERM"]])("after %s the system's own answer to each signal is back", async (signal) => {
  const before = listeners();
  const ended = endedByUser();
  const over = interrupted();
  expect(ended.aborted).toBe(false);
  process.emit(signal as NodeJS.Signals);
  await over;
  expect(ended.aborted).toBe(true);
  expect(listeners()).toEqual(before);
});

import { openCloud } from "./opening";
import type { Opening } from "./opening";

async function opened(closers: readonly (() => unknown)[]): Promise<Opening> {
  return openCloud(async (opening) => {
    for (const close of closers) opening.onClose(close);
    return Promise.resolve(opening);
  });
}

test("one that fails to close keeps none that was opened before it open, and is told of", async () => {
  const closed: string[] = [];
  const opening = await opened([
    () => closed.push("lock"),
    () => {
      throw new Error("the disk is full");
    },
    () => Promise.reject(new Error("the port is stuck")),
    () => closed.push("listener"),
  ]);
  await expect(opening.close()).rejects.toThrow("the port is stuck");
  expect(closed).toEqual(["listener", "lock"]);
});

test("what kept a cloud from opening is told, also where what was open fails to close", async () => {
  const closed: string[] = [];
  const start = openCloud((opening) => {
    opening.onClose(() => closed.push("lock"));
    opening.onClose(() => Promise.reject(new Error("the port is stuck")));
    return Promise.reject(new Error("there is no such address"));
  });
  await expect(start).rejects.toThrow("there is no such address");
  expect(closed).toEqual(["lock"]);
});

test("closing twice closes once", async () => {
  const closed: string[] = [];
  const opening = await opened([() => closed.push("lock")]);
  await Promise.all([opening.close(), opening.close()]);
  expect(closed).toEqual(["lock"]);
});

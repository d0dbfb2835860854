import { budget, generator, seed } from "../../test/support/budget";
import { EventQueue, type QueuedEvent } from "./queue";

test("events come by time, and in the order of adding within a time, whatever is cancelled between", () => {
  const below = generator(seed);
  for (let run = 0; run < budget(50, 2000); run += 1) {
    const queue = new EventQueue();
    const live: QueuedEvent[] = [];
    const ran: QueuedEvent[] = [];
    for (let i = 0; i < 400; i += 1) {
      const event = queue.add(below(20), () => ran.push(event));
      live.push(event);
      if (below(2) === 0) queue.cancel(live.splice(below(live.length), 1)[0]!);
    }
    expect(queue.size).toBe(live.length);
    while (queue.runFirst()) continue;
    expect(ran).toEqual(live.sort((a, b) => a.time - b.time || a.sequence - b.sequence));
    expect(queue.size).toBe(0);
  }
});

test("cancelling twice, or what has run, counts once", () => {
  const queue = new EventQueue();
  const first = queue.add(1, () => undefined);
  const second = queue.add(2, () => undefined);
  queue.runFirst();
  queue.cancel(first);
  queue.cancel(second);
  queue.cancel(second);
  expect(queue.size).toBe(0);
  expect(queue.peek()).toBeUndefined();
});

test("a timer that is moved a million times does not fill the queue", () => {
  const queue = new EventQueue();
  let event = queue.add(0, () => undefined);
  for (let i = 1; i < 1000000; i += 1) {
    queue.cancel(event);
    event = queue.add(i, () => undefined);
  }
  expect(queue.size).toBe(1);
  expect((queue as unknown as { heap: unknown[] }).heap.length).toBeLessThan(200);
});

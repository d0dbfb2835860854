/**
 * Statement tests: each proves one or more ids of `ids.json`. A statement fails when nothing crossed a wire or nothing
 * was asserted, so an empty test cannot stand for a promise.
 */

let crossings = 0;

/** Told by a harness whenever bytes went from one side to the other. */
export function crossed(bytes: { readonly length: number }): void {
  if (bytes.length > 0) crossings += 1;
}

/** Declares the test that shows the statements `ids` (one id, or several separated by spaces). */
export function statement(ids: string, title: string, body: () => void | Promise<void>): void {
  test(`[${ids}] ${title}`, async () => {
    crossings = 0;
    expect.hasAssertions();
    await body();
    if (crossings === 0) throw new Error(`statement ${ids}: nothing crossed the wire`);
  });
}

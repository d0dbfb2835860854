/** The list of keys whose values a platform is asked for: names with commas between. Pure. */
import { find } from "../base/find";
import { sub } from "../base/intrinsics";

/**
 * The key at `place` (from 0); "" behind the last.
 * @cold
 */
export function keyAt(keys: string, place: number): string {
  let rest = keys;
  for (let left = place; left > 0; left -= 1) {
    const comma = find(rest, ",");
    if (comma < 0) return "";
    rest = sub(rest, comma + 1, rest.length);
  }
  const end = find(rest, ",");
  return end < 0 ? rest : sub(rest, 0, end);
}

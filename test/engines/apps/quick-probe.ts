/** The probe where time is real: it counts every second, so that nobody waits for it. */
import { defineThing, seconds } from "motet";
import { probeThing } from "./probe-thing";

export default defineThing((thing) => probeThing(thing, seconds(1)));

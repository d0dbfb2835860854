/** The probe where time is virtual: it counts every half a minute. */
import { defineThing, seconds } from "motet";
import { probeThing } from "./probe-thing";

export default defineThing((thing) => probeThing(thing, seconds(30)));

/** True in builds that check their own preconditions (tests, the simulator); a compile-time constant elsewhere. */
declare const MOTET_CHECKED: boolean;

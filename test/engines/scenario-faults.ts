/** The faults that the scenario meets: the line of the trace that shows each, and what of a machine it takes, where a PC has not got it. */

export interface ScenarioFault {
  readonly name: string;
  readonly line: RegExp;
  /** What the real interpreter on a PC lacks for it; docs/ENGINES.md names each. */
  readonly needs?: string;
}

export const faults: readonly ScenarioFault[] = [
  { name: "a timer out of range", line: /^clock after -1 is timer\d+ no$/ },
  { name: "flash programmed twice", line: /^flash write log 4102 2 x616761696e$/ },
  { name: "a write across two blocks", line: /^flash write log 8190 2 / },
  { name: "a block outside the area", line: /^flash eraseBlock log 12 is 2$/ },
  { name: "a block that is worn out", line: /^flash eraseBlock log 2 is 10$/, needs: "flash that wears out" },
  { name: "an I2C address without a chip", line: /^i2c write 10 x00$/, needs: "chips" },
  { name: "an I2C bus that is stuck", line: /^i2c write 10 xf201$/, needs: "chips" },
  { name: "no network at all", line: /^tcp1 onError 6$/, needs: "a radio" },
  { name: "a name without a network", line: /^dns done cloud.example 6 $/, needs: "a radio" },
  { name: "an absent access point", line: /^wifi onChanged 200 4$/, needs: "a radio" },
  { name: "a wrong password", line: /^wifi onChanged 200 5$/, needs: "a radio" },
  { name: "a name that does not exist", line: /^dns done nobody.example 4 $/ },
  { name: "a refused connection", line: /^tcp4 onError 5$/ },
  { name: "a write before the one before has left", line: /^tcp5 write 3 / },
  { name: "a peer that closes", line: /^tcp6 onError 1$/ },
  { name: "a connection that is cut", line: /^tcp7 onError 6$/, needs: "resets that are told" },
  { name: "a datagram that is too large", line: /^udp1 write \S+ \d+ 9 / },
  { name: "a port that is taken", line: /^udp2 onError 3$/ },
  { name: "a network that goes away", line: /^wifi onChanged 200 6$/, needs: "a radio" },
  { name: "a watchdog that bites", line: /^system resetReason 3$/, needs: "a watchdog" },
];

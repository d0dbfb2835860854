/** What the scenario needs to know of where it runs: names, addresses and pins, all of them told from outside. */
export interface Place {
  readonly host: string;
  readonly absentHost: string;
  readonly address: string;
  /** Answers with what it got; ends the connection in order after "bye"; breaks it after "cut"; says nothing after "hush". */
  readonly echoPort: number;
  /** Nobody listens here. */
  readonly closedPort: number;
  readonly ssid: string;
  readonly password: string;
  readonly bus: string;
  readonly chip: number;
  readonly absentChip: number;
  readonly input: string;
  readonly output: string;
  readonly analog: string;
}

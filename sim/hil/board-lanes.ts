/** The boards of a bench as lanes: what each can and cannot, by what it is and how it is wired. */
import { boardIds, loadBoard } from "../../boards/toolchain/board";
import { builtDevice } from "../../boards/toolchain/kept";
import type { Image } from "../engines/image";
import { choiceFor, lackingOver } from "./lanes";
import type { LaneOptions } from "./lanes";
import type { Mapped } from "./map";
import type { Capability } from "./capabilities";
import { BoardUnit } from "./units/board";
import type { Lane } from "./units/unit";

/** What a board lacks, and why. */
export function lackingOn({ board, port, network, timeHost, power, fixtures, cannot }: Mapped): (readonly [Capability, string])[] {
  const lacks: (readonly [Capability, string])[] = [
    ["network", "nothing here takes the network of a board away"],
    ["pins", "nothing here reads the pins of a board"],
  ];
  if (!fixtures.includes("bme280")) lacks.push(["sensor", 'no sensor is wired to it ("fixtures")']);
  if (network === undefined) lacks.push(["radio", "it has no WiFi"]);
  // A PC knows the time.
  if (timeHost === "" && board.constants.radio) lacks.push(["clock", 'it has no time server ("timeHost")']);
  const hasLine = board.link.reset === "dtr-rts" && !/^(tcp:|exec:)/.test(port);
  if (power === undefined && !hasLine) lacks.push(["powerCut", 'its port has no reset line, and no command switches its power ("power")']);
  return [...lacks, ...cannot.map((each) => [each, "its map says so"] as const)];
}

/** The lane of a board. Boards of one kind share `images`, so that each app is compiled for them once. */
export function boardLane(mapped: Mapped, options: LaneOptions, images: Map<string, Promise<Image>> = new Map()): Lane {
  const { root, transport } = options;
  const { board, name, host, network } = mapped;
  const boards = boardIds(root).map((id) => loadBoard(root, id));
  const imageOf = (app: string): Promise<Image> => {
    const key = `${board.id} ${app}`;
    const image = images.get(key) ?? builtDevice(root, choiceFor(app, options), board);
    images.set(key, image);
    return image;
  };
  return {
    name,
    lacks: new Map([...lackingOn(mapped), ...lackingOver(transport)]),
    speed: 1,
    isHardware: true,
    host,
    secrets: network === undefined ? [] : [network.password],
    compile: imageOf,
    open: async (app, _place, events) => {
      // A compiler's complaint comes before the board is touched.
      await imageOf(app);
      return new BoardUnit({ wired: mapped, boards, events, imageOf: (other) => imageOf(other ?? app) });
    },
  };
}

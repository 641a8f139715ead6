import { systemClock } from "../../src/clock.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { logContract } from "../contracts/log-contract.ts";

logContract("memory log", async () => new MemoryLog({ clock: systemClock }));

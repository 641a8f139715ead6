/** The version of this program, as package.json states it. Read once, at load. */
import manifest from "../package.json" with { type: "json" };

export const version: string = manifest.version;

/** The formats with their mappings read: what ships, and files of one's own. Throws ConfigError with every fault. */
import { builtInNames, type Formats, formatsOf } from "./formats.ts";
import { loadMappings } from "./mapping/load-mappings.ts";

export function loadFormats(paths: readonly string[] = []): Formats {
  return formatsOf(loadMappings(paths, builtInNames));
}

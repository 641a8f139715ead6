/** `docs/settings.md`: every setting, from the definition that reads it. */
import { settingsTable } from "../../src/config/settings-table.ts";

export function settingsPage(): string {
  return `# Settings

<!-- Generated from src/config/settings.ts by \`npm run generate\`; edit that. -->

Flag before environment before YAML file (\`--config FILE\` or \`CORRAL_CONFIG\`) before default. All errors are told at
once. \`<NAME>_FILE\` reads a value from a file (secrets). \`corral config show\` tells what is in force and where it comes
from; \`corral config check\` only whether it is in order.

${settingsTable()}`;
}

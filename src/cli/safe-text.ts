/** For the commands: see ../safe-text.ts. */
export { safeLine, safeText } from "../safe-text.ts";

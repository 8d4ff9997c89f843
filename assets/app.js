// Every one of these is a convenience: each page works without it.
import { navigation } from "./js/navigation.js";
import { autosubmit, liveFilters, once, tickAll, uploads } from "./js/forms.js";
import { board, kioskReturn } from "./js/hall.js";
import { worklist } from "./js/worklist.js";
import { copyButtons, errorSummary, idleWarning, liveRegions, printButtons } from "./js/page.js";

for (const enhance of [
  navigation, errorSummary, liveFilters, autosubmit, once, tickAll, uploads,
  worklist, copyButtons, printButtons, idleWarning, liveRegions,
  board, kioskReturn,
]) enhance();

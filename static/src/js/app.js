// Everything a page needs beyond plain HTML. Each module works alone and none is needed to read or to submit.
import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";

import { startDialogs } from "./dialog.js";
import { startForms } from "./forms.js";
import { startHtmx } from "./htmx.js";
import { startPreferences } from "./preferences.js";
import { showToast, startToasts } from "./toast.js";

window.htmx = htmx;
window.Alpine = Alpine;
window.Oficio = { toast: showToast };

startHtmx(htmx);
startToasts();
startDialogs();
startForms();
startPreferences();

// Feature scripts are deferred too: they register Alpine.data(…) on "alpine:init" before this fires.
document.addEventListener("DOMContentLoaded", () => Alpine.start());

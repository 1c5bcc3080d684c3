// FullCalendar with the views and the languages Oficio uses, as one global: FullCalendar.Calendar, FullCalendar.options.
import { Calendar } from "@fullcalendar/core";
import esLocale from "@fullcalendar/core/locales/es";
import dayGridPlugin from "@fullcalendar/daygrid";
import interactionPlugin from "@fullcalendar/interaction";
import listPlugin from "@fullcalendar/list";
import timeGridPlugin from "@fullcalendar/timegrid";

// The arrows of the toolbar are role="img" without a name; the button's title already says what it does.
class NamedCalendar extends Calendar {
  render() {
    super.render();
    for (const arrow of this.el.querySelectorAll(".fc-icon")) {
      arrow.removeAttribute("role");
      arrow.setAttribute("aria-hidden", "true");
    }
  }
}

window.FullCalendar = {
  Calendar: NamedCalendar,
  // What every calendar of ours starts from.
  options: {
    plugins: [dayGridPlugin, timeGridPlugin, interactionPlugin, listPlugin],
    locales: [esLocale],
    locale: document.documentElement.lang,
    firstDay: 1,
    nowIndicator: true,
    allDaySlot: false,
    expandRows: true,
    slotEventOverlap: false,
  },
};

"""The gallery itself."""

from datetime import UTC, datetime
from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shared_apps.core import toasts

from .forms import SampleForm

FRAMES = {"public": "base_public.html", "portal": "base_portal.html", "panel": "base_panel.html"}


def show_gallery(request: HttpRequest) -> HttpResponse:
    """Draw every component; `?frame=` chooses the layout around them, a POST answers like a refused htmx form."""
    if request.method == "POST":
        return render(request, "dev/_form.html", {"form": SampleForm(request.POST)}, status=422)
    toasts.show(request, "Appointment moved to Friday, 10:30.", undo_url=request.path)
    if "error" in request.GET:
        toasts.show(request, "The logo could not be read.", level=messages.ERROR)
    wrong = SampleForm({"wrong-email": "lucia@", "wrong-country": "XX", "wrong-color": "#0b5a66"}, prefix="wrong")
    wrong.add_error(None, "Check the fields marked below. The rest is kept.")
    moment = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    clients = [
        {
            "name": "Ana María Restrepo",
            "phone": "+52 55 1234 5678",
            "at": moment,
            "price": Decimal("650"),
            "status": "confirmed",
        },
        {
            "name": "Jorge Luis Peña Ibarra",
            "phone": "+52 55 8765 4321",
            "at": moment,
            "price": Decimal("1250.5"),
            "status": "pending",
        },
        {
            "name": "Íñigo Sáenz",
            "phone": "+34 612 345 678",
            "at": moment,
            "price": Decimal("90"),
            "status": "cancelled",
        },
    ]
    context = {
        "frame": FRAMES.get(request.GET.get("frame", ""), FRAMES["public"]),
        "frames": list(FRAMES),
        "form": SampleForm(),
        "wrong_form": wrong,
        "clients": clients,
        "statuses": ["pending", "confirmed", "arrived", "completed", "no_show", "cancelled"],
        "moment": moment,
        "page": Paginator(range(60), 20).page(2),
        "amounts": [
            (Decimal("12990"), "CLP"),
            (Decimal("45000"), "COP"),
            (Decimal("1250.5"), "MXN"),
            (Decimal("19.9"), "EUR"),
        ],
    }
    return render(request, "dev/components.html", context)


def show_calendar(request: HttpRequest) -> HttpResponse:
    """Draw FullCalendar in our colors, with an event in each status."""
    statuses = ["completed", "completed", "arrived", "confirmed", "pending", "no_show", "cancelled"]
    events = [
        {
            "title": name,
            "start": f"2026-11-{19 + number % 2}T{9 + number:02d}:00:00Z",
            "end": f"2026-11-{19 + number % 2}T{9 + number:02d}:{(30, 45, 50)[number % 3]}:00Z",
            "classNames": [f"status-{status}"],
        }
        for number, (name, status) in enumerate(
            zip(
                ("Ana Restrepo", "Jorge Peña", "Lucía Ibarra", "Mateo Rojas", "Inés Vidal", "Íñigo Sáenz", "Eva Luna"),
                statuses,
                strict=True,
            )
        )
    ]
    hours = [
        {"daysOfWeek": [1, 2, 3, 4, 5], "startTime": start, "endTime": end}
        for start, end in (("09:00", "14:00"), ("16:00", "19:00"))
    ]
    sample = {"day": "2026-11-19", "now": "2026-11-19T11:20:00Z", "events": events, "hours": hours}
    return render(request, "dev/calendar.html", {"sample": sample})

"""The link of one appointment: GET shows, POST acts, and whoever does not hold the link learns nothing."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from shared_apps.core import htmx
from shared_apps.core.errors import DomainError
from tenant_apps.appointments import announcements, selectors, services
from tenant_apps.appointments.calendar_files import CONTENT_TYPE
from tenant_apps.appointments.enums import MOVABLE, AppointmentStatus, CancelledBy
from tenant_apps.appointments.forms.public import CancelForm
from tenant_apps.appointments.links import manage_url

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment

SENT_TO_COOKIE = "sent_to"
BOOKED_COOKIE = "booked"
REMEMBERED_SECONDS = 3600
# What has been; the client need not read here that the professional noted a no-show.
OVER = (AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW)


@method_decorator(never_cache, name="dispatch")
class LinkView(View):
    """Loads the appointment of the link. An unknown link, whatever is wrong with it, gets the same page.

    The answer is neither stored nor indexed, and its address goes to no other site. (Not "no-referrer": with it
    browsers send `Origin: null` along with a plain form, which the CSRF check must refuse.)
    """

    appointment: "Appointment"
    token: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.token = kwargs["token"]
        appointment = selectors.find_appointment_by_token(token=self.token)
        if appointment is None:
            response = render(request, "appointments/public/unknown_link.html", status=404)
        else:
            self.appointment = appointment
            response = super().dispatch(request)  # type: ignore[assignment]
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def url(self, name: str) -> str:
        return reverse(f"booking:{name}", args=[self.token])

    def page(
        self, template: str, *, form: CancelForm | None = None, error: str = "", status: int = 200
    ) -> HttpResponse:
        appointment, now = self.appointment, timezone.now()
        is_open = appointment.status in MOVABLE
        is_live = is_open or appointment.status == AppointmentStatus.ARRIVED
        context = {
            "appointment": appointment,
            "minutes": int((appointment.ends_at - appointment.starts_at).total_seconds() // 60),
            "manage_url": manage_url(appointment.public_id),
            "sent_to": self.request.get_signed_cookie(SENT_TO_COOKIE, ""),
            "token": self.token,
            "form": form or CancelForm(),
            "error": error,
            "can_cancel": is_open and now < appointment.starts_at,
            "is_past": appointment.status in OVER or (is_live and now >= appointment.ends_at),
            "is_now": is_live and appointment.starts_at <= now < appointment.ends_at,
        }
        return render(self.request, template, context, status=status)


def remember_address(response: HttpResponse, *, email: str, token: str, secure: bool) -> None:
    """Let the next page say where the confirmation went.

    From the visitor's own cookie, never from the database: with a telephone number alone, the client on file may be
    somebody whose address this visitor must not learn.
    """
    response.set_signed_cookie(
        SENT_TO_COOKIE,
        email,
        max_age=REMEMBERED_SECONDS,
        path=reverse("booking:booked", args=[token]),
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def remember_booking(response: HttpResponse, *, token: str, secure: bool) -> None:
    """Let the booking page know its own visitor who goes back to it: the time is theirs, not somebody else's."""
    response.set_signed_cookie(
        BOOKED_COOKIE,
        token,
        max_age=REMEMBERED_SECONDS,
        path=reverse("booking:book"),
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def find_own_booking(request: HttpRequest, *, service_id: int, starts_at: datetime) -> str:
    """Return the link of the visitor's last booking if it is the one of this service and time, else ""."""
    token = request.get_signed_cookie(BOOKED_COOKIE, "")
    appointment = selectors.find_appointment_by_token(token=token) if token else None
    if appointment is None or (appointment.service_id, appointment.starts_at) != (service_id, starts_at):
        return ""
    return reverse("booking:appointment", args=[token]) if appointment.status in MOVABLE else ""


class AppointmentView(LinkView):
    """Shows the appointment as it is now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page("appointments/public/appointment.html")


class BookedView(LinkView):
    """Says that it is booked and where the confirmation went. It may be opened again at any time."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.appointment.status not in MOVABLE:
            return HttpResponseRedirect(self.url("appointment"))
        return self.page("appointments/public/booked.html")


class CancelView(LinkView):
    """Asks for a reason (GET) and cancels (POST). Cancelling what is cancelled shows that it is."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page("appointments/public/cancel.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self.page("appointments/public/cancel.html", form=form, status=422)
        try:
            services.cancel_appointment(
                appointment_id=self.appointment.pk,
                reason=form.cleaned_data["reason"],
                by=CancelledBy.CLIENT,
                now=timezone.now(),
            )
        except DomainError as error:
            return self.page("appointments/public/cancel.html", form=form, error=str(error), status=error.status)
        return htmx.redirect(request, self.url("appointment"))


class CalendarFileView(LinkView):
    """The appointment for the client's own calendar."""

    def get(self, request: HttpRequest) -> HttpResponse:
        content = announcements.calendar_file(self.appointment, now=timezone.now())
        response = HttpResponse(content, content_type=CONTENT_TYPE)
        response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
        return response


class BrokenLinkView(View):
    """A link that was cut or changed on its way."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return render(request, "appointments/public/unknown_link.html", status=404)

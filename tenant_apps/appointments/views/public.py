"""The public page of a workspace, and booking on it without an account."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from shared_apps.core import htmx, ratelimit
from shared_apps.core.addresses import client_network
from shared_apps.core.errors import DomainError
from shared_apps.core.responses import retry_after
from shared_apps.core.views import add_domain_error
from shared_apps.core.zones import visitor_zone
from tenant_apps.appointments import errors, selectors, services
from tenant_apps.appointments.domain import Slot
from tenant_apps.appointments.enums import AppointmentSource
from tenant_apps.appointments.forms.public import BookingForm, new_form_key, read_form_key

from .booking_page import BookingPage, BookingState, build_page, read_moment, write_moment
from .opening_hours import list_week
from .public_link import find_own_booking, remember_address, remember_booking

BOOKINGS_PER_VISITOR = "20/m"
# A refusal of the chosen time, for which the nearest free ones are offered instead.
TIME_REFUSED = (
    errors.SlotTaken,
    errors.OutsideAvailability,
    errors.TooSoon,
    errors.BeyondHorizon,
    errors.InThePast,
)


class HomeView(TemplateView):
    """Who works here, what they offer, when and where."""

    template_name = "appointments/public/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rules = selectors.list_rules().filter(staff__is_active=True)
        return {
            **super().get_context_data(**kwargs),
            "services": list(selectors.list_services(public_only=True)),
            "week": list_week(rules, country=self.request.tenant.country, today=timezone.localdate()),
        }


@method_decorator(never_cache, name="dispatch")
class BookView(View):
    """Service, day and time, details: three steps on one page.

    GET holds the choices in its address and works without scripts; htmx gets the part that changes. POST books.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        state = BookingState.read(request.GET)
        page = self._page(state, has_chosen="service" in request.GET)
        booked_url = ""
        if page.is_time_gone and page.service is not None and state.at is not None:
            booked_url = find_own_booking(request, service_id=page.service.pk, starts_at=state.at)
        form = BookingForm() if page.has_form else None
        return self._answer(page, form=form, key=new_form_key(), booked_url=booked_url)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Book, or show the form again as it was, with what is wrong and what can be done."""
        state = BookingState.read(request.POST)
        form = BookingForm(request.POST)
        key = read_form_key(request.POST.get("key", ""))
        chosen = read_moment(request.POST.get("instead", "")) or state.at
        if chosen is None or state.service_id is None:
            return self._answer(self._page(state), form=None, key=new_form_key(), status=422)
        try:
            ratelimit.limit("booking", client_network(request), rate=BOOKINGS_PER_VISITOR)
            if key is None or not form.is_valid():
                return self._refuse(state, chosen, form, None)
            booking = services.book_appointment(
                service_id=state.service_id,
                staff_id=state.staff_id,
                starts_at=chosen,
                client=form.details(),
                source=AppointmentSource.PUBLIC,
                notes=form.cleaned_data["note"],
                language=request.LANGUAGE_CODE,
                time_zone=str(visitor_zone(request) or ""),
                public_id=key,
                now=timezone.now(),
            )
        except DomainError as error:
            return self._refuse(state, chosen, form, error)
        response = htmx.redirect(request, reverse("booking:booked", args=[booking.manage_token]))
        remember_booking(response, token=booking.manage_token, secure=request.is_secure())
        if email := form.cleaned_data["email"]:
            remember_address(response, email=email, token=booking.manage_token, secure=request.is_secure())
        return response

    def _page(self, state: BookingState, *, has_chosen: bool = True) -> BookingPage:
        zone = ZoneInfo(self.request.tenant.timezone)
        return build_page(state, zone=zone, now=timezone.now(), has_chosen=has_chosen)

    def _refuse(
        self, state: BookingState, chosen: datetime, form: BookingForm, error: DomainError | None
    ) -> HttpResponse:
        """Draw the page again with the form as it was typed; a fresh key, for nothing was booked."""
        if error is not None and not isinstance(error, TIME_REFUSED):
            add_domain_error(form, error)
        page = replace(self._page(BookingState(state.service_id, state.staff_id, at=chosen)), has_form=True)
        response = self._answer(
            page,
            form=form,
            key=new_form_key(),
            problem=error if isinstance(error, TIME_REFUSED) else None,
            alternatives=self._alternatives(page, chosen, error),
            status=error.status if error else 422,
        )
        for name, value in (retry_after(error) if error else {}).items():
            response[name] = value
        return response

    def _alternatives(self, page: BookingPage, chosen: datetime, error: DomainError | None) -> Sequence[Slot]:
        """Return the nearest free times when the chosen one cannot be had."""
        if isinstance(error, errors.SlotTaken | errors.OutsideAvailability):
            return error.alternatives
        if page.service is None or page.slot is not None:
            return []
        return selectors.list_nearest_slots(
            service_id=page.service.pk, staff_id=page.state.staff_id, near=chosen, now=timezone.now()
        )

    def _answer(
        self,
        page: BookingPage,
        *,
        form: BookingForm | None,
        key: str,
        problem: DomainError | None = None,
        alternatives: Sequence[Slot] = (),
        booked_url: str = "",
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "page": page,
            "page_address": page.state.url if self.request.method == "POST" else "",
            "form": form,
            "key": key,
            "problem": problem,
            "booked_url": booked_url,
            "alternatives": [(slot, write_moment(slot.starts_at)) for slot in alternatives],
            "at": write_moment(page.slot.starts_at) if page.slot else "",
        }
        template = "appointments/public/_book.html" if htmx.is_htmx(self.request) else "appointments/public/book.html"
        response = render(self.request, template, context, status=status)
        patch_vary_headers(response, ("HX-Request",))
        return response

"""The agenda's endpoints. Reading and booking are for the owner and the staff, services and hours for the owner.

Nothing here is open to the public: visitors book on the workspace's public page.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from shared_apps.accounts.idempotency import idempotent
from shared_apps.accounts.permissions import IsOwner, IsStaff
from shared_apps.core.api import Pagination
from shared_apps.core.api_views import EndpointView
from tenant_apps.clients.domain import ClientDetails

from . import selectors, services
from .domain import BookingRules, ServiceDetails, WeekBlock
from .enums import AppointmentSource, CancelledBy
from .models import Appointment
from .serializers import (
    AppointmentInputSerializer,
    AppointmentQuerySerializer,
    AppointmentSerializer,
    AvailabilityQuerySerializer,
    AvailabilityRuleSerializer,
    CancellationSerializer,
    NotesSerializer,
    RescheduleSerializer,
    ServiceInputSerializer,
    ServiceQuerySerializer,
    ServiceSerializer,
    SlotQuerySerializer,
    SlotSerializer,
    StaffMemberSerializer,
    TimeOffQuerySerializer,
    TimeOffSerializer,
    WeekSerializer,
)

RULES = tuple(BookingRules.__dataclass_fields__)


class StaffEndpointView(EndpointView):
    """For the owner and the staff."""

    permission_classes = (IsStaff,)


class SettingsEndpointView(EndpointView):
    """The staff may look, the owner decides."""

    def get_permissions(self) -> list[BasePermission]:
        return [IsStaff() if self.request.method in SAFE_METHODS else IsOwner()]


# --- Services and staff ------------------------------------------------------------------------
@extend_schema(tags=["services"])
class ServicesView(SettingsEndpointView):
    pagination_class = Pagination

    @extend_schema(
        operation_id="services_list", parameters=[ServiceQuerySerializer], responses=ServiceSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List services in the professional's order."""
        given = self.given(ServiceQuerySerializer)
        found = selectors.list_services(include_archived=given["include_archived"])
        return self.page(found.prefetch_related("staff"), ServiceSerializer)

    @extend_schema(operation_id="services_create", request=ServiceInputSerializer, responses={201: ServiceSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a service. Its price is in the workspace's currency."""
        given = self.given(ServiceInputSerializer)
        service = services.create_service(details=_details(given), staff_ids=given["staff_ids"])
        return Response(ServiceSerializer(service).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["services"])
class ServiceView(SettingsEndpointView):
    @extend_schema(operation_id="services_get", responses=ServiceSerializer)
    def get(self, request: Request, service_id: int) -> Response:
        """One service, archived or not."""
        return Response(ServiceSerializer(selectors.get_service(service_id=service_id)).data)

    @extend_schema(operation_id="services_update", request=ServiceInputSerializer, responses=ServiceSerializer)
    def put(self, request: Request, service_id: int) -> Response:
        """Replace a service. Appointments that are booked keep their length, buffers and price."""
        given = self.given(ServiceInputSerializer)
        service = services.update_service(service_id=service_id, details=_details(given), staff_ids=given["staff_ids"])
        return Response(ServiceSerializer(service).data)


@extend_schema(tags=["services"])
class ArchiveServiceView(SettingsEndpointView):
    @extend_schema(operation_id="services_archive", request=None, responses=ServiceSerializer)
    def post(self, request: Request, service_id: int) -> Response:
        """Take a service off the list; its appointments stay."""
        return Response(ServiceSerializer(services.archive_service(service_id=service_id)).data)


@extend_schema(tags=["services"])
class RestoreServiceView(SettingsEndpointView):
    @extend_schema(operation_id="services_restore", request=None, responses=ServiceSerializer)
    def post(self, request: Request, service_id: int) -> Response:
        """Put an archived service back on the list."""
        return Response(ServiceSerializer(services.restore_service(service_id=service_id)).data)


@extend_schema(tags=["availability"])
class StaffView(StaffEndpointView):
    pagination_class = Pagination

    @extend_schema(operation_id="staff_list", responses=StaffMemberSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the people with a calendar."""
        return self.page(selectors.list_staff(include_inactive=True), StaffMemberSerializer)


# --- Hours -------------------------------------------------------------------------------------
@extend_schema(tags=["availability"])
class AvailabilityView(StaffEndpointView):
    pagination_class = Pagination

    @extend_schema(
        operation_id="availability_list",
        parameters=[AvailabilityQuerySerializer],
        responses=AvailabilityRuleSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List weekly hours by person, day and time."""
        given = self.given(AvailabilityQuerySerializer)
        return self.page(selectors.list_rules(staff_id=given.get("staff")), AvailabilityRuleSerializer)


@extend_schema(tags=["availability"])
class WeekView(SettingsEndpointView):
    @extend_schema(operation_id="availability_get", responses=WeekSerializer)
    def get(self, request: Request, staff_id: int) -> Response:
        """One person's week."""
        return _week(selectors.list_rules(staff_id=selectors.get_staff_member(staff_id=staff_id).pk))

    @extend_schema(operation_id="availability_replace", request=WeekSerializer, responses=WeekSerializer)
    def put(self, request: Request, staff_id: int) -> Response:
        """Replace one person's week. Several blocks a day are a day with breaks; they must not overlap."""
        given = self.given(WeekSerializer)
        blocks = [WeekBlock(block["weekday"], block["starts_at"], block["ends_at"]) for block in given["blocks"]]
        return _week(services.replace_week(staff_id=staff_id, blocks=blocks))


@extend_schema(tags=["availability"])
class TimeOffListView(SettingsEndpointView):
    pagination_class = Pagination

    @extend_schema(
        operation_id="time_off_list", parameters=[TimeOffQuerySerializer], responses=TimeOffSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List time off by start; with staff, that person's and everybody's."""
        given = self.given(TimeOffQuerySerializer)
        found = selectors.list_time_off(staff_id=given.get("staff"), ends_after=given.get("ends_after"))
        return self.page(found, TimeOffSerializer)

    @extend_schema(operation_id="time_off_create", request=TimeOffSerializer, responses={201: TimeOffSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Keep a period free of new appointments. What is booked stays."""
        time_off = services.add_time_off(**self.given(TimeOffSerializer))
        return Response(TimeOffSerializer(time_off).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["availability"])
class TimeOffView(SettingsEndpointView):
    @extend_schema(operation_id="time_off_delete", responses={204: None})
    def delete(self, request: Request, time_off_id: int) -> Response:
        """Open a period again."""
        services.remove_time_off(time_off_id=time_off_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


# --- Free time ---------------------------------------------------------------------------------
@extend_schema(tags=["appointments"])
class FreeSlotsView(StaffEndpointView):
    @extend_schema(
        operation_id="free_slots_list", parameters=[SlotQuerySerializer], responses=SlotSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """List the times at which a service can be booked, computed by the same function that books."""
        given = self.given(SlotQuerySerializer)
        slots = selectors.list_free_slots(
            service_id=given["service"],
            staff_id=given["staff"],
            from_on=given["from"],
            to_on=given["to"],
            now=timezone.now(),
        )
        return Response(SlotSerializer(slots, many=True).data)


# --- Appointments ------------------------------------------------------------------------------
@extend_schema(tags=["appointments"])
class AppointmentsView(StaffEndpointView):
    pagination_class = Pagination

    @extend_schema(
        operation_id="appointments_list",
        parameters=[AppointmentQuerySerializer],
        responses=AppointmentSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List appointments that match every filter given."""
        given = self.given(AppointmentQuerySerializer)
        found = selectors.list_appointments(
            starts_from=_start_of(given["from"]),
            starts_before=_start_of(given["to"], days=1),
            statuses=given["status"],
            staff_id=given["staff"],
            client_id=given["client"],
            service_id=given["service"],
        )
        return self.page(found.order_by(given["ordering"], "id"), AppointmentSerializer)

    @extend_schema(
        operation_id="appointments_create",
        request=AppointmentInputSerializer,
        responses={201: AppointmentSerializer},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Book a time. 409 `slot_taken` carries the three nearest free ones in `data.alternatives`."""
        given = self.given(AppointmentInputSerializer)
        client = given.pop("client")
        client_id = given.pop("client_id")
        booking = services.book_appointment(
            **given,
            client=ClientDetails(**client) if client else client_id,
            source=AppointmentSource.API,
            now=timezone.now(),
        )
        return _appointment(booking.appointment, status.HTTP_201_CREATED)


@extend_schema(tags=["appointments"])
class AppointmentView(StaffEndpointView):
    @extend_schema(operation_id="appointments_get", responses=AppointmentSerializer)
    def get(self, request: Request, appointment_id: int) -> Response:
        """One appointment."""
        return _appointment(selectors.get_appointment(appointment_id=appointment_id))

    @extend_schema(operation_id="appointments_write_notes", request=NotesSerializer, responses=AppointmentSerializer)
    def patch(self, request: Request, appointment_id: int) -> Response:
        """Replace the notes. Times and states have actions of their own."""
        given = self.given(NotesSerializer)
        return _appointment(services.write_notes(appointment_id=appointment_id, notes=given["notes"]))


class _StepView(StaffEndpointView):
    """One step of an appointment. Taken already, it changes nothing; not allowed, it is 409 `transition_refused`."""

    step: ClassVar[Callable[..., Appointment]]

    def take(self, appointment_id: int, **values: Any) -> Response:
        step = type(self).step
        return _appointment(step(appointment_id=appointment_id, now=timezone.now(), **values))


@extend_schema(tags=["appointments"])
class ConfirmView(_StepView):
    step = staticmethod(services.confirm_appointment)

    @extend_schema(operation_id="appointments_confirm", request=None, responses=AppointmentSerializer)
    def post(self, request: Request, appointment_id: int) -> Response:
        """Confirm a pending appointment, or take back an arrival."""
        return self.take(appointment_id)


@extend_schema(tags=["appointments"])
class ArriveView(_StepView):
    step = staticmethod(services.mark_arrived)

    @extend_schema(operation_id="appointments_arrive", request=None, responses=AppointmentSerializer)
    def post(self, request: Request, appointment_id: int) -> Response:
        """Note that the client is here, also after a no-show if the time is still free."""
        return self.take(appointment_id)


@extend_schema(tags=["appointments"])
class CompleteView(_StepView):
    step = staticmethod(services.complete_appointment)

    @extend_schema(operation_id="appointments_complete", request=None, responses=AppointmentSerializer)
    def post(self, request: Request, appointment_id: int) -> Response:
        """Note that it took place; not before it starts, unless the client has arrived."""
        return self.take(appointment_id)


@extend_schema(tags=["appointments"])
class NoShowView(_StepView):
    step = staticmethod(services.mark_no_show)

    @extend_schema(operation_id="appointments_no_show", request=None, responses=AppointmentSerializer)
    def post(self, request: Request, appointment_id: int) -> Response:
        """Note that the client did not come; not before it starts."""
        return self.take(appointment_id)


@extend_schema(tags=["appointments"])
class CancelView(_StepView):
    step = staticmethod(services.cancel_appointment)

    @extend_schema(operation_id="appointments_cancel", request=CancellationSerializer, responses=AppointmentSerializer)
    def post(self, request: Request, appointment_id: int) -> Response:
        """Cancel it, which frees its time and tells the client."""
        return self.take(appointment_id, by=CancelledBy.STAFF, **self.given(CancellationSerializer))


@extend_schema(tags=["appointments"])
class RescheduleView(_StepView):
    step = staticmethod(services.reschedule_appointment)

    @extend_schema(
        operation_id="appointments_reschedule", request=RescheduleSerializer, responses=AppointmentSerializer
    )
    def post(self, request: Request, appointment_id: int) -> Response:
        """Move it. The old time is given up only if the new one is won; else 409 `slot_taken` with alternatives."""
        return self.take(appointment_id, **self.given(RescheduleSerializer))


def _details(given: dict[str, Any]) -> ServiceDetails:
    rules = BookingRules(**{name: given[name] for name in RULES})
    rest = {name: value for name, value in given.items() if name not in {*RULES, "staff_ids"}}
    return ServiceDetails(rules=rules, **rest)


def _week(rules: Any) -> Response:
    return Response({"blocks": AvailabilityRuleSerializer(rules, many=True).data})


def _appointment(appointment: Appointment, code: int = status.HTTP_200_OK) -> Response:
    return Response(AppointmentSerializer(appointment).data, status=code)


def _start_of(day: date | None, *, days: int = 0) -> datetime | None:
    """Return the instant at which a local day, or one some days later, begins in the workspace."""
    if day is None:
        return None
    day += timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=selectors.workspace_zone())

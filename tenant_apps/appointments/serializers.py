"""What the agenda's endpoints take and give. Times of day are the workspace's, days and hours in its zone."""

from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from shared_apps.core.money import plain_amount
from tenant_apps.clients.domain import normalize_phone
from tenants.context import current_tenant

from .domain import FIRST_DAY, LAST_DAY
from .enums import AppointmentStatus
from .models import Appointment, AvailabilityRule, Service, StaffMember, TimeOff

NOTES_MAX = 20_000
DESCRIPTION_MAX = 20_000
LONGEST_LISTING_DAYS = 92
KEY_MAX = 2**63 - 1
ORDERS = ("starts_at", "-starts_at", "created_at", "-created_at")


class KeyField(serializers.IntegerField):
    """The id of a row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=KEY_MAX, **options)


class DayField(serializers.DateField):
    """A local day, in a century that calendars can count with."""

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise serializers.ValidationError(_("Enter a year from 2000 to 2100."))
        return day


class ReferenceSerializer(serializers.Serializer[Any]):
    """A row of another list."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


# A row whose price has the decimals of its currency. (A docstring would be described to API clients.)
class _PricedSerializer(serializers.ModelSerializer[Any]):
    def to_representation(self, instance: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_representation(instance)
        if instance.price is not None:
            values["price"] = plain_amount(instance.price, instance.currency)
        return values


# --- Services and staff ------------------------------------------------------------------------
class ServiceSerializer(_PricedSerializer):
    staff_ids = serializers.SerializerMethodField()

    class Meta:
        model = Service
        fields: ClassVar = [
            "id",
            "name",
            "description",
            "duration_minutes",
            "slot_interval_minutes",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "minimum_notice_minutes",
            "horizon_days",
            "requires_confirmation",
            "price",
            "currency",
            "is_active",
            "is_public",
            "order",
            "staff_ids",
        ]
        read_only_fields = fields

    def get_staff_ids(self, service: Service) -> list[int]:
        return [member.pk for member in service.staff.all()]


class ServiceInputSerializer(serializers.Serializer[Service]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=DESCRIPTION_MAX, allow_blank=True, default="", trim_whitespace=False)
    duration_minutes = serializers.IntegerField(min_value=1, max_value=1440)
    slot_interval_minutes = serializers.IntegerField(min_value=1, max_value=1440, default=30)
    buffer_before_minutes = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    buffer_after_minutes = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    minimum_notice_minutes = serializers.IntegerField(min_value=0, max_value=525_600, default=60)
    horizon_days = serializers.IntegerField(min_value=1, max_value=730, default=60)
    requires_confirmation = serializers.BooleanField(default=False)
    price = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0, allow_null=True, default=None)
    is_public = serializers.BooleanField(default=True)
    order = serializers.IntegerField(min_value=0, max_value=32_767, default=0)
    staff_ids = serializers.ListField(
        child=KeyField(),
        max_length=200,
        allow_null=True,
        default=None,
        help_text="Who offers it. Null: everybody for a new service, as it is for a changed one.",
    )


class ServiceQuerySerializer(serializers.Serializer[Service]):
    include_archived = serializers.BooleanField(default=False)


class StaffMemberSerializer(serializers.ModelSerializer[StaffMember]):
    class Meta:
        model = StaffMember
        fields: ClassVar = ["id", "name", "color", "is_active", "order"]
        read_only_fields = fields


# --- Hours -------------------------------------------------------------------------------------
class AvailabilityRuleSerializer(serializers.ModelSerializer[AvailabilityRule]):
    """One block of a week, in wall time. An end at or before the start lies on the next day; 00:00 is midnight."""

    staff_id = serializers.IntegerField(read_only=True)
    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday.")
    starts_at = serializers.TimeField(help_text="Wall time in the workspace's zone.")
    ends_at = serializers.TimeField()

    class Meta:
        model = AvailabilityRule
        fields: ClassVar = ["staff_id", "weekday", "starts_at", "ends_at"]
        validators: ClassVar = []  # the service checks the week as a whole


class AvailabilityQuerySerializer(serializers.Serializer[AvailabilityRule]):
    staff = KeyField(required=False)


class WeekSerializer(serializers.Serializer[AvailabilityRule]):
    """A whole week: what it does not hold is closed."""

    blocks = AvailabilityRuleSerializer(many=True, max_length=100)


class TimeOffSerializer(serializers.ModelSerializer[TimeOff]):
    staff_id = KeyField(allow_null=True, default=None, help_text="Null: everybody.")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")

    class Meta:
        model = TimeOff
        fields: ClassVar = ["id", "staff_id", "starts_at", "ends_at", "reason"]


class TimeOffQuerySerializer(serializers.Serializer[TimeOff]):
    staff = KeyField(required=False)
    ends_after = serializers.DateTimeField(required=False)


# --- Free time ---------------------------------------------------------------------------------
class SlotSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    staff_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Who is free then.")


class SlotQuerySerializer(serializers.Serializer[Any]):
    service = KeyField()
    staff = KeyField(required=False, default=None)

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        return {
            **super().get_fields(),
            "from": DayField(help_text="First local day."),
            "to": DayField(help_text=f"Last local day, at most {LONGEST_LISTING_DAYS} days later."),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not 0 <= (attrs["to"] - attrs["from"]).days <= LONGEST_LISTING_DAYS:
            message = _("Enter a day up to %(days)s days after the first.") % {"days": LONGEST_LISTING_DAYS}
            raise serializers.ValidationError({"to": [message]})
        return attrs


# --- Appointments ------------------------------------------------------------------------------
class AppointmentSerializer(_PricedSerializer):
    reference = serializers.UUIDField(source="public_id", read_only=True)
    service = ReferenceSerializer(read_only=True)
    staff = ReferenceSerializer(read_only=True)
    client = ReferenceSerializer(read_only=True)

    class Meta:
        model = Appointment
        fields: ClassVar = [
            "id",
            "reference",
            "service",
            "staff",
            "client",
            "attendee_name",
            "starts_at",
            "ends_at",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "status",
            "source",
            "notes",
            "price",
            "currency",
            "cancelled_at",
            "cancelled_by",
            "cancelled_reason",
            "created_at",
        ]
        read_only_fields = fields


class ClientDetailsSerializer(serializers.Serializer[Any]):
    """Somebody who may be on file already: the e-mail address decides, without one the phone."""

    name = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")

    def validate_phone(self, value: str) -> str:
        """Check it here, so that the error names the nested field."""
        if value and normalize_phone(value, country=current_tenant().country) is None:
            raise serializers.ValidationError(_("Enter a valid phone number, with its area code."))
        return value


class AppointmentInputSerializer(serializers.Serializer[Appointment]):
    service_id = KeyField()
    staff_id = KeyField(allow_null=True, default=None, help_text="Null: whoever is free and has the least to do.")
    starts_at = serializers.DateTimeField(help_text="With an offset; without one it is the workspace's wall time.")
    ends_at = serializers.DateTimeField(
        allow_null=True, default=None, help_text="Another length than the service's, with outside_hours only."
    )
    client_id = KeyField(allow_null=True, default=None)
    client = ClientDetailsSerializer(allow_null=True, default=None)
    notes = serializers.CharField(max_length=NOTES_MAX, allow_blank=True, default="", trim_whitespace=False)
    outside_hours = serializers.BooleanField(
        default=False,
        help_text="Book it whatever the hours, notice and horizon say. Overlaps are refused all the same.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["client"] is None) == (attrs["client_id"] is None):
            raise serializers.ValidationError({"client": [_("Give either client or client_id.")]})
        if attrs["ends_at"] is not None and not attrs["outside_hours"]:
            raise serializers.ValidationError({"ends_at": [_("Another length needs outside_hours.")]})
        return attrs


class AppointmentQuerySerializer(serializers.Serializer[Appointment]):
    status = serializers.MultipleChoiceField(
        choices=AppointmentStatus.choices, default=(), help_text="May be given several times."
    )
    staff = KeyField(required=False, default=None)
    client = KeyField(required=False, default=None)
    service = KeyField(required=False, default=None)
    ordering = serializers.ChoiceField(choices=ORDERS, default="starts_at")

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        return {
            **super().get_fields(),
            "from": DayField(required=False, default=None, help_text="First local day on which they start."),
            "to": DayField(required=False, default=None, help_text="Last local day on which they start."),
        }


class NotesSerializer(serializers.Serializer[Appointment]):
    notes = serializers.CharField(max_length=NOTES_MAX, allow_blank=True, trim_whitespace=False)


class CancellationSerializer(serializers.Serializer[Appointment]):
    reason = serializers.CharField(max_length=500, allow_blank=True, default="", trim_whitespace=False)


class RescheduleSerializer(serializers.Serializer[Appointment]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True, default=None, help_text="Null: the same length.")
    staff_id = KeyField(allow_null=True, default=None, help_text="Null: the same person.")
    outside_hours = serializers.BooleanField(default=False)

"""Three workspaces that look lived in, for `make run`: made once, through the same services that people use.

Dates are relative to the day they are made on; everything else comes from a generator seeded with the address, so the
same day gives the same workspaces.
"""

import json
import random
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import phonenumbers
from django.contrib.auth.hashers import make_password
from django.db import transaction

from shared_apps.accounts import selectors as account_selectors
from shared_apps.accounts import services as accounts
from shared_apps.accounts.enums import Role
from shared_apps.signup.domain import WEEKDAYS, Application, load_sectors
from tenant_apps.appointments import links
from tenant_apps.appointments import selectors as agenda
from tenant_apps.appointments import services as appointments
from tenant_apps.appointments.domain import ServiceDetails, Slot, WeekBlock
from tenant_apps.appointments.enums import AppointmentSource, CancelledBy
from tenant_apps.branding import services as branding
from tenant_apps.branding.domain import Profile
from tenant_apps.clients import services as clients
from tenant_apps.clients.domain import ClientDetails
from tenants import selectors as tenants_selectors
from tenants import services as tenants
from tenants.context import current_tenant, public_context, tenant_context
from tenants.enums import TenantStatus
from tenants.hosts import workspace_url

from .opening import open_workspace

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment, Service, StaffMember
    from tenants.models import Tenant

DEMO_PASSWORD: Final = "oficio-demo-2026"  # noqa: S105  (printed by `make run`; the demo is for a machine of one's own)
OPERATOR_NAME: Final = "Olga Peralta"
OPERATOR_EMAIL: Final = "operator@oficio.example.com"
PAST_DAYS, FUTURE_DAYS = 9, 9
PER_DAY, TODAY = 3, 7
_FOLDER: Final = Path(__file__).parents[1] / "demo"


@dataclass(frozen=True, slots=True)
class DemoWorkspace:
    """What `make run` prints of a demo workspace."""

    name: str
    url: str
    panel_url: str
    email: str
    client_url: str


def load_demo(*, now: datetime) -> int:
    """Make the demo workspaces and the operator that are missing, and return how many workspaces were made.

    One transaction for each workspace. Builds spares for those to make, so it runs as the owner of the database.
    """
    _create_operator()
    missing = [(slug, data) for slug, data in _read_files() if tenants_selectors.find_tenant_by_slug(slug=slug) is None]
    if not missing:
        return 0
    tenants.refill_pool(size=len(missing))
    password_hash = make_password(DEMO_PASSWORD)
    for slug, data in missing:
        with public_context(), transaction.atomic():
            tenant = open_workspace(_application(slug, data), password_hash, now)[0]
            with tenant_context(tenant):
                _Demo(slug, data, now).furnish(password_hash)
    return len(missing)


def list_demo() -> list[DemoWorkspace]:
    """Return the demo workspaces that are there and open. One query for each."""
    found = []
    for slug, data in _read_files():
        tenant = tenants_selectors.find_tenant_by_slug(slug=slug)
        if tenant is None or tenant.status != TenantStatus.ACTIVE:
            continue
        found.append(
            DemoWorkspace(
                name=tenant.name,
                url=workspace_url(slug),
                panel_url=workspace_url(slug, "/panel/"),
                email=data["owner"]["email"],
                client_url=_client_url(tenant, slug),
            )
        )
    return found


def _client_url(tenant: "Tenant", slug: str) -> str:
    with tenant_context(tenant):
        return links.manage_url(_reference(slug))


def _reference(slug: str) -> Any:
    """Return the reference of the one appointment whose link is printed."""
    return uuid5(NAMESPACE_URL, f"oficio:demo:{slug}")


def _read_files() -> list[tuple[str, dict[str, Any]]]:
    """Return (address, data) of each demo workspace, in order."""
    files = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in _FOLDER.glob("*.json")]
    return sorted(files, key=lambda file: file[1]["order"])


def _application(slug: str, data: Mapping[str, Any]) -> Application:
    return Application(
        person=data["owner"]["name"],
        email=data["owner"]["email"],
        business=data["business"],
        slug=slug,
        sector=data["sector"],
        country=data["country"],
        timezone=data["timezone"],
        language="es",
    )


def _create_operator() -> None:
    with public_context():
        if account_selectors.find_user_by_email(email=OPERATOR_EMAIL) is None:
            accounts.create_user(email=OPERATOR_EMAIL, name=OPERATOR_NAME, password=DEMO_PASSWORD, role=Role.OPERATOR)


class _Demo:
    """Fills one workspace. Runs inside its context and a transaction.

    E-mails go to clients that have an address, so those who booked in the past get theirs afterwards.
    """

    def __init__(self, slug: str, data: Mapping[str, Any], now: datetime) -> None:
        self.slug = slug
        self.data = data
        self.now = now
        self.zone = ZoneInfo(current_tenant().timezone)
        self.today = now.astimezone(self.zone).date()
        self.chance = random.Random(slug)  # noqa: S311  (must be the same each time)
        self.services = {service.name: service for service in agenda.list_services()}
        self.offers: list[tuple[StaffMember, Sequence[Service]]] = []
        self.client_ids: list[int] = []
        self.turns = count()

    def furnish(self, password_hash: str) -> None:
        self._add_people(password_hash)
        self._describe()
        phones = self._add_clients()
        for offset in range(-PAST_DAYS, FUTURE_DAYS + 1):
            self._fill_day(self.today + timedelta(days=offset), TODAY if offset == 0 else PER_DAY)
        self._add_visitors()
        self._add_addresses(phones)
        self._add_time_off()

    # --- Who works here ------------------------------------------------------------------------
    def _add_people(self, password_hash: str) -> None:
        owner = agenda.list_staff()[0]
        self._set_week(owner, self.data["owner"])
        self.offers.append((owner, list(self.services.values())))
        for order, person in enumerate(self.data["staff"], start=1):
            user = accounts.create_user(
                email=person["email"], name=person["name"], password_hash=password_hash, role=Role.STAFF
            )
            offered = [self.services[name] for name in person["services"]]
            member = appointments.create_staff_member(
                name=person["name"],
                user_id=user.pk,
                color=person["color"],
                order=order,
                service_ids=[service.pk for service in offered],
            )
            self._set_week(member, person)
            self.offers.append((member, offered))

    def _set_week(self, member: "StaffMember", person: Mapping[str, Any]) -> None:
        sector = load_sectors()[self.data["sector"]]
        blocks = [WeekBlock(block.weekday, block.starts_at, block.ends_at) for block in sector.week]
        for day, periods in person.get("also", {}).items():
            for starts_at, ends_at in periods:
                block = WeekBlock(WEEKDAYS.index(day), time.fromisoformat(starts_at), time.fromisoformat(ends_at))
                blocks.append(block)
        appointments.replace_week(staff_id=member.pk, blocks=blocks)

    def _describe(self) -> None:
        words = {name: self.data[name] for name in ("tagline", "about", "address", "phone")}
        branding.update_profile(profile=Profile(name=current_tenant().name, **words), now=self.now)
        branding.note_onboarding(step="finished")

    # --- Who comes -----------------------------------------------------------------------------
    def _add_clients(self) -> dict[int, ClientDetails]:
        """Register the clients by phone, and return what is on file of each."""
        registered = {}
        for name in self.data["clients"]:
            details = ClientDetails(name=name, phone=self._phone())
            since = self.now - timedelta(days=self.chance.randint(20, 200))
            registered[clients.create_client(details=details, now=since).pk] = details
        self.client_ids = list(registered)
        return registered

    def _phone(self) -> str:
        """Return a number after the pattern of the file, valid in the country."""
        country = current_tenant().country
        while True:
            digits = "".join(self.chance.choice("0123456789") if mark == "#" else mark for mark in self.data["mobile"])
            number = phonenumbers.parse(digits, country)
            if phonenumbers.is_valid_number(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _add_addresses(self, phones: Mapping[int, ClientDetails]) -> None:
        """Give four of five clients an e-mail address, and one of five a note."""
        for client_id, details in phones.items():
            plain = unicodedata.normalize("NFKD", details.name).encode("ascii", "ignore").decode()
            email = f"{plain.lower().replace(' ', '.')}@example.com" if self.chance.random() < 0.8 else ""
            notes = self.chance.choice(self.data["notes"]) if self.chance.random() < 0.2 else ""
            complete = ClientDetails(name=details.name, email=email, phone=details.phone)
            clients.update_client(client_id=client_id, details=complete, notes=notes)

    # --- Appointments --------------------------------------------------------------------------
    def _fill_day(self, day: date, number: int) -> None:
        for _ in range(number):
            days_before = self.chance.randint(2, 9)
            midnight = datetime.combine(min(day, self.today), time(), self.zone)
            booked_at = midnight - timedelta(days=days_before) + timedelta(minutes=self.chance.randint(480, 1260))
            for service, slot in self._free_slots(day, booked_at):
                booking = appointments.book_appointment(
                    service_id=service.pk,
                    staff_id=slot.staff_ids[0],
                    starts_at=slot.starts_at,
                    client=self.chance.choice(self.client_ids),
                    source=AppointmentSource.PANEL,
                    notes=self.chance.choice(self.data["notes"]) if self.chance.random() < 0.15 else "",
                    now=booked_at,
                )
                self._settle(booking.appointment, booked_at)
                break

    def _free_slots(self, day: date, booked_at: datetime) -> Iterator[tuple["Service", Slot]]:
        """Yield a free time of a few people and services, in random order."""
        for _ in range(4):
            member, offered = self.chance.choice(self.offers)
            service = self.chance.choice(offered)
            slots = agenda.list_free_slots(
                service_id=service.pk, staff_id=member.pk, from_on=day, to_on=day, now=booked_at
            )
            if slots:
                yield service, self.chance.choice(slots)

    def _settle(self, appointment: "Appointment", booked_at: datetime) -> None:
        """Let what is over have taken place, with a no-show and a cancellation among every nine."""
        turn = next(self.turns) % 9
        if appointment.ends_at <= self.now and turn not in (3, 6):
            appointments.complete_appointment(appointment_id=appointment.pk, now=appointment.ends_at)
        elif appointment.ends_at <= self.now and turn == 3:
            appointments.mark_no_show(appointment_id=appointment.pk, now=appointment.ends_at)
        elif appointment.starts_at <= self.now < appointment.ends_at:
            appointments.mark_arrived(appointment_id=appointment.pk, now=appointment.starts_at)
        elif turn == 6:
            self._cancel(appointment, booked_at)

    def _cancel(self, appointment: "Appointment", booked_at: datetime) -> None:
        appointments.cancel_appointment(
            appointment_id=appointment.pk,
            reason=self.chance.choice(self.data["reasons"]),
            by=CancelledBy.STAFF,
            now=booked_at + timedelta(hours=5),
        )

    def _add_visitors(self) -> None:
        """Book twice from the public page, now: one is certain and has the printed link, one waits to be confirmed."""
        certain, by_hand = self.services[self.offers[-1][1][0].name], self.services[self.data["by_hand"]]
        details = ServiceDetails(
            name=by_hand.name,
            description=by_hand.description,
            rules=agenda.rules_of(by_hand),
            price=by_hand.price,
            currency=by_hand.currency,
            requires_confirmation=True,
            order=by_hand.order,
        )
        appointments.update_service(service_id=by_hand.pk, details=details)
        for service, name, reference in zip(
            (certain, by_hand), self.data["visitors"], (_reference(self.slug), None), strict=True
        ):
            plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
            slots = agenda.list_free_slots(
                service_id=service.pk,
                from_on=self.today + timedelta(days=2),
                to_on=self.today + timedelta(days=8),
                now=self.now,
            )
            appointments.book_appointment(
                service_id=service.pk,
                starts_at=self.chance.choice(slots).starts_at,
                client=ClientDetails(name=name, email=f"{plain.replace(' ', '.')}@example.com", phone=self._phone()),
                source=AppointmentSource.PUBLIC,
                public_id=reference,
                now=self.now,
            )

    def _add_time_off(self) -> None:
        starts_on = self.today + timedelta(days=FUTURE_DAYS + 2)
        starts_at = datetime.combine(starts_on, time(), self.zone)
        appointments.add_time_off(
            staff_id=self.offers[-1][0].pk,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(days=2),
            reason=self.data["time_off"],
        )

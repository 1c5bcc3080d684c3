"""From a form to an open workspace: claim a spare one, give it its owner and its sector's start, or wait for one."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from shared_apps.accounts import services as accounts
from shared_apps.accounts.enums import Role
from shared_apps.billing import services as billing
from shared_apps.core.countries import COUNTRIES
from shared_apps.core.crypto import new_token, token_hash
from shared_apps.jobs import services as jobs
from shared_apps.signup.domain import TERMS_VERSION, Application, load_sectors
from shared_apps.signup.errors import SignUpExpired, SignUpNotFound
from shared_apps.signup.models import SignUp
from tenants import selectors as tenants_selectors
from tenants import services as tenants
from tenants.context import public_context, tenant_context
from tenants.errors import NoSpareTenant, SlugTaken
from tenants.hosts import workspace_host

from .sectors import apply_sector

if TYPE_CHECKING:
    from tenants.models import Tenant

WAITING_TIME: Final = timedelta(minutes=30)
REFILL_TASK: Final = "shared_apps.signup.tasks.refill_pool"


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace that is ready, and the code that signs its owner in there once."""

    slug: str
    handover_code: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """No spare workspace was ready; the page with this token waits for one."""

    token: str


def sign_up(*, application: Application, password: str, now: datetime) -> Opened | Waiting:
    """Open a workspace for its owner, or keep the sign-up until a spare workspace is built.

    One transaction over the public schema and the new tenant's: claim, subscription, owner, services, hours and
    handover code are there together or not at all. After the commit: the pool is refilled.
    Raises SlugTaken (also when somebody takes the address at the same moment) and SlugInvalid.
    """
    password_hash = make_password(password)  # slow on purpose, so before any row is locked
    try:
        with public_context(), transaction.atomic():
            tenant, code = open_workspace(application, password_hash, now)
            SignUp.objects.create(
                **asdict(application), terms_version=TERMS_VERSION, created_at=now, tenant=tenant, opened_at=now
            )
    except NoSpareTenant:
        return _keep_waiting(application, password_hash, now)
    return Opened(application.slug, code)


def resume_sign_up(*, token: str, now: datetime, slug: str = "") -> Opened:
    """Open the workspace of a waiting sign-up, under another address if `slug` names one.

    Locks the sign-up, so that two polls open one workspace. Raises NoSpareTenant while none is built, SlugTaken when
    the address was taken meanwhile, SignUpExpired, and SignUpNotFound for one that is unknown or already open.
    """
    with public_context(), transaction.atomic():
        waiting = SignUp.objects.filter(token_hash=token_hash(token), opened_at=None).select_for_update().first()
        if waiting is None or waiting.expires_at is None:
            raise SignUpNotFound
        if waiting.expires_at <= now:
            raise SignUpExpired
        waiting.slug = slug or waiting.slug
        application = Application(
            **{field: getattr(waiting, field) for field in Application.__dataclass_fields__}  # the row has them all
        )
        waiting.tenant, code = open_workspace(application, waiting.password_hash, now)
        waiting.opened_at = now
        waiting.password_hash = ""
        waiting.expires_at = None
        waiting.save(update_fields=["slug", "tenant", "opened_at", "password_hash", "expires_at"])
    return Opened(application.slug, code)


def delete_expired_sign_ups(*, now: datetime) -> int:
    """Delete the sign-ups that waited in vain, with the password hashes they hold; return how many."""
    with public_context():
        return SignUp.objects.filter(opened_at=None, expires_at__lte=now).delete()[0]


def refill_pool() -> int:
    """Build spare workspaces until the pool is full and return how many. Runs in a worker, as the owner."""
    return tenants.refill_pool()


def _keep_waiting(application: Application, password_hash: str, now: datetime) -> Waiting:
    """Store the sign-up until a worker has built a workspace. Raises SlugTaken."""
    if not tenants_selectors.is_slug_free(slug=application.slug):
        raise SlugTaken(slug=application.slug)
    token = new_token()
    with public_context(), transaction.atomic():
        SignUp.objects.create(
            **asdict(application),
            terms_version=TERMS_VERSION,
            created_at=now,
            token_hash=token_hash(token),
            password_hash=password_hash,
            expires_at=now + WAITING_TIME,
        )
        jobs.enqueue(REFILL_TASK)
    return Waiting(token)


def open_workspace(application: Application, password_hash: str, now: datetime) -> "tuple[Tenant, str]":
    """Claim a spare and furnish it; return it with the owner's handover code. Runs in the caller's transaction."""
    tenant = tenants.claim_tenant(
        slug=application.slug,
        name=application.business,
        sector=application.sector,
        country=application.country,
        language=application.language,
        timezone=application.timezone,
        currency=COUNTRIES[application.country].currency,
        now=now,
    )
    billing.start_subscription(tenant_id=tenant.pk, now=now)
    with tenant_context(tenant):
        owner = accounts.create_user(
            email=application.email, name=application.person, password_hash=password_hash, role=Role.OWNER
        )
        apply_sector(sector=load_sectors()[application.sector], owner_id=owner.pk, owner_name=owner.name, now=now)
        code = accounts.issue_handover_code(user_id=owner.pk, host=workspace_host(application.slug), now=now)
    jobs.enqueue(REFILL_TASK)
    return tenant, code

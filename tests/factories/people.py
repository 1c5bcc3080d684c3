"""People for tests. Create them inside tenant_context or public_context."""

from itertools import count

from shared_apps.accounts import services
from shared_apps.accounts.enums import Role
from shared_apps.accounts.models import User

PASSWORD = "correct horse battery"
_numbers = count(1)


def make_user(*, role: str = Role.OWNER, email: str = "", name: str = "Ana Pérez", password: str = PASSWORD) -> User:
    """Create a person of a role in the schema in context."""
    return services.create_user(
        email=email or f"person{next(_numbers)}@example.com", name=name, password=password, role=role
    )

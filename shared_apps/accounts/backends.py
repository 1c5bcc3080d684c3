"""How an e-mail address and a password become a person, with the rate limits of every door that asks for them."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from shared_apps.core.addresses import client_network
from shared_apps.core.ratelimit import limit

from .domain import normalize_email
from .models import User


class EmailBackend(ModelBackend):
    """The pages, the API and the operators' panel all come through here, so none of them can forget the limits."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return the active person, or None. Raises TooManyRequests.

        Per address: against trying many accounts. Per account and address: against guessing one. Per account, far
        higher: against guessing from many addresses, without letting a stranger lock somebody out with a few tries.
        """
        email = normalize_email(username or kwargs.get("email") or "")
        network = client_network(request) if request is not None else ""
        limit("sign_in", network, "30/m")
        limit("sign_in_account_here", f"{network} {email}", "5/m")
        limit("sign_in_account", email, "200/h")
        user = super().authenticate(request, username=email, password=password)
        return user if isinstance(user, User) else None

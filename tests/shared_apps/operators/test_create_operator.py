"""`manage.py create_operator`: the only way to the first operator of a deployment."""

import pytest
from django.core.management import CommandError, call_command

from shared_apps.accounts.models import User
from tenants.context import public_context


def create(monkeypatch: pytest.MonkeyPatch, *passwords: str) -> None:
    answers = iter(passwords)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    with public_context():
        call_command("create_operator", email="Olga@Example.com", name="Olga")


def test_operator_is_created(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, "guardia-nocturna-7", "guardia-nocturna-7")
    with public_context():
        operator = User.objects.get(email="olga@example.com")
    assert operator.role == "operator"
    assert operator.check_password("guardia-nocturna-7")
    with pytest.raises(CommandError):
        create(monkeypatch, "guardia-nocturna-7", "guardia-nocturna-7")


@pytest.mark.parametrize("passwords", [("guardia-nocturna-7", "otra"), ("corta", "corta")])
def test_wrong_password_creates_nobody(db: None, monkeypatch: pytest.MonkeyPatch, passwords: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        create(monkeypatch, *passwords)
    with public_context():
        assert not User.objects.exists()

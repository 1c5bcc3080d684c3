"""What libraries say to people is said in our words: tú, short, and the catalogue is compiled."""

import re
from pathlib import Path

import polib
import pytest
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

CATALOGUE = Path(__file__).resolve().parents[2] / "config/locale_of_libraries/es/LC_MESSAGES/django.po"
FORMAL = re.compile(
    r"\b(Introduzca|Asegúrese|Seleccione|Por favor|Escriba|Ingrese|Verifique|Elija|usted|Su contraseña)\b"
)


class Everything(forms.Form):
    text = forms.CharField(max_length=3)
    email = forms.EmailField()
    number = forms.IntegerField(min_value=1, max_value=5)
    price = forms.DecimalField(max_digits=4, decimal_places=2)
    on = forms.DateField()
    at = forms.TimeField()
    choice = forms.ChoiceField(choices=[("a", "A")])
    image = forms.ImageField()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "abcd", "email": "x", "number": "x", "price": "x", "on": "x", "at": "x", "choice": "x"},
        {"text": "a\0b", "email": "a@b", "number": "9", "price": "12345.678", "on": "31/2/2026", "at": "25:00"},
        {"number": "0", "price": "1.234"},
    ],
)
def test_forms_say_tu(data: dict[str, str]) -> None:
    with translation.override("es"):
        texts = [str(text) for texts in Everything(data).errors.values() for text in texts]
    assert len(texts) >= 2
    assert [text for text in texts if FORMAL.search(text) or not text] == []


@pytest.mark.parametrize("password", ["abc", "password", "1234567890123"])
def test_password_rules_say_tu(password: str) -> None:
    with translation.override("es"), pytest.raises(ValidationError) as refusal:
        validate_password(password)
    with translation.override("es"):
        assert [text for text in refusal.value.messages if FORMAL.search(text)] == []


def test_compiled_catalogue_is_up_to_date() -> None:
    def texts(entries: list[polib.POEntry]) -> set[tuple[str, str, tuple[str, ...]]]:
        return {(entry.msgid, entry.msgstr, tuple(entry.msgstr_plural.values())) for entry in entries if entry.msgid}

    source = polib.pofile(str(CATALOGUE))
    assert texts(polib.mofile(str(CATALOGUE.with_suffix(".mo")))) == texts(source)
    assert [entry.msgid for entry in source if FORMAL.search(entry.msgstr)] == []

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.countries import COUNTRIES
from shared_apps.core.money import FORMS, format_money, parse_amount, plain_amount


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12990", "CLP", "$12.990"),
        ("12990.50", "CLP", "$12.991"),
        ("45000", "COP", "$\u00a045.000"),
        ("1250.5", "MXN", "$1,250.50"),
        ("15000", "ARS", "$\u00a015.000,00"),
        ("19.9", "EUR", "19,90\u00a0€"),
        ("80", "PEN", "S/\u00a080.00"),
        ("1234567.891", "USD", "US$1,234,567.89"),
        ("-650", "MXN", "\u2212$650.00"),
        ("-0.001", "MXN", "$0.00"),
        ("12", "XYZ", "XYZ\u00a012.00"),
    ],
)
def test_format_money_follows_the_currency(amount, currency, text):
    assert format_money(Decimal(amount), currency) == text


def test_format_money_trim_drops_only_decimals_that_are_zero():
    assert format_money(Decimal("650.00"), "MXN", trim=True) == "$650"
    assert format_money(Decimal("650.50"), "MXN", trim=True) == "$650.50"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("10000.00", "CLP", "10000"), ("10000.50", "CLP", "10000.50"), ("45.5", "EUR", "45.50"), ("7", "XYZ", "7.00")],
)
def test_plain_amount_is_exact(amount: str, currency: str, text: str) -> None:
    assert plain_amount(Decimal(amount), currency) == text


def test_forms_agree_with_the_countries():
    assert {country.currency: country.currency_places for country in COUNTRIES.values()} == {
        currency: form.places for currency, form in FORMS.items()
    }


@given(st.decimals(min_value=0, max_value=Decimal("9999999999"), places=2), st.sampled_from(sorted(FORMS)))
def test_format_money_keeps_every_digit(amount, currency):
    form = FORMS[currency]
    digits = format_money(amount, currency).replace(form.symbol, "").replace(form.group, "").strip("\u00a0")
    assert abs(Decimal(digits.replace(form.decimal, ".")) - amount) <= Decimal("0.5").scaleb(-form.places)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.500", "CLP", "12500"),
        ("12.500", "COP", "12500"),
        ("1.250.000", "COP", "1250000"),
        ("12.500", "ARS", "12500"),
        ("12.500", "EUR", "12500"),
        ("12.500,75", "EUR", "12500.75"),
        ("12,500", "MXN", "12500"),
        ("12,500.50", "MXN", "12500.50"),
        ("12500", "MXN", "12500"),
        ("12,5", "MXN", "12.5"),
        ("12.50", "EUR", "12.50"),
        ("1,250.50", "EUR", "1250.50"),
        ("12.5", "CLP", "12.5"),
        ("12,500", "CLP", "12.500"),
        (" 12 500 ", "CLP", "12500"),
    ],
)
def test_parse_amount_reads_what_people_write(text: str, currency: str, amount: str) -> None:
    assert parse_amount(text, currency) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "free", "-5", "NaN", "1e5", "1.2.3", "12.34.567", "٣", "12,,500", "1.2345,6"])
@pytest.mark.parametrize("currency", ["CLP", "EUR"])
def test_parse_amount_refuses_what_is_none(text: str, currency: str) -> None:
    with pytest.raises(ValueError):
        parse_amount(text, currency)

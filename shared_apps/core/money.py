"""How an amount of money is written and read, by the habit of the currency's home. No Django."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True)
class MoneyForm:
    """Shapes: places is the number of decimals that people write, which for COP is fewer than ISO 4217 allows."""

    symbol: str
    places: int
    group: str
    decimal: str
    is_symbol_first: bool = True


# Source: Unicode CLDR 47, es-MX, es-CL, es-CO, es-AR, es-ES, es-PE, en-US; COP without decimals, as in shops.
FORMS = {
    "MXN": MoneyForm("$", 2, ",", "."),
    "CLP": MoneyForm("$", 0, ".", ","),
    "COP": MoneyForm("$" + NO_BREAK_SPACE, 0, ".", ","),
    "ARS": MoneyForm("$" + NO_BREAK_SPACE, 2, ".", ","),
    "PEN": MoneyForm("S/" + NO_BREAK_SPACE, 2, ",", "."),
    "EUR": MoneyForm("€", 2, ".", ",", is_symbol_first=False),
    "USD": MoneyForm("US$", 2, ",", "."),
}


def plain_amount(amount: Decimal, currency: str) -> str:
    """Return the amount for programs, with the currency's decimals: "12990" CLP, "45.50" EUR. It is never rounded."""
    places = FORMS[currency].places if currency in FORMS else 2
    return f"{amount:.{places}f}" if amount == round(amount, places) else f"{amount:f}"


def form_of(currency: str) -> MoneyForm:
    """Return a currency's form; an unknown one is written with its code."""
    return FORMS.get(currency, MoneyForm(currency + NO_BREAK_SPACE, 2, ",", "."))


def parse_amount(text: str, currency: str) -> Decimal:
    """Return the amount that somebody typed: "12.500" is 12500 in CLP, "12,500" is 12500 in MXN.

    The other mark of decimals is understood where it cannot be a thousand: "12.5" is 12.5 in EUR. Raises ValueError
    for what is no amount; the number of decimals is for the caller to judge.
    """
    form = form_of(currency)
    bare = re.sub(r"\s", "", text)
    group, decimal = re.escape(form.group), re.escape(form.decimal)
    if match := re.fullmatch(rf"([0-9]+|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+)(?:{decimal}([0-9]+))?", bare):
        whole, cents = match[1].replace(form.group, ""), match[2]
    elif match := re.fullmatch(rf"([0-9]+|[0-9]{{1,3}}(?:{decimal}[0-9]{{3}})+){group}([0-9]{{1,2}})", bare):
        whole, cents = match[1].replace(form.decimal, ""), match[2]
    else:
        raise ValueError(text)
    return Decimal(f"{whole}.{cents or 0}")


def format_money(amount: Decimal, currency: str, *, trim: bool = False) -> str:
    """Return the amount as text: `format_money(Decimal("12990"), "CLP")` is "$12.990".

    trim leaves out decimals that are zero. An unknown currency is written with its code.
    """
    form = form_of(currency)
    places = 0 if trim and amount == amount.to_integral_value() else form.places
    rounded = abs(amount).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _, cents = f"{rounded:,f}".partition(".")
    number = whole.replace(",", form.group) + (form.decimal + cents if cents else "")
    sign = "\u2212" if amount < 0 and rounded else ""
    return f"{sign}{form.symbol}{number}" if form.is_symbol_first else f"{sign}{number}{NO_BREAK_SPACE}{form.symbol}"

"""How an amount of money is written, by the habit of the currency's home. No Django."""

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


def format_money(amount: Decimal, currency: str, *, trim: bool = False) -> str:
    """Return the amount as text: `format_money(Decimal("12990"), "CLP")` is "$12.990".

    trim leaves out decimals that are zero. An unknown currency is written with its code.
    """
    form = FORMS.get(currency, MoneyForm(currency + NO_BREAK_SPACE, 2, ",", "."))
    places = 0 if trim and amount == amount.to_integral_value() else form.places
    rounded = abs(amount).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _, cents = f"{rounded:,f}".partition(".")
    number = whole.replace(",", form.group) + (form.decimal + cents if cents else "")
    sign = "\u2212" if amount < 0 and rounded else ""
    return f"{sign}{form.symbol}{number}" if form.is_symbol_first else f"{sign}{number}{NO_BREAK_SPACE}{form.symbol}"

"""How times are written: in a named zone, the language's word order, 12 or 24 hours by the country's habit."""

from datetime import date, datetime, tzinfo

from django.utils import formats, timezone, translation

from .countries import find_country, find_country_by_zone

# Django's date letters. {time} is filled by the clock of the country.
SHAPES = {
    "es": {
        "datetime": r"D j b Y, {time}",
        "long": r"l j \d\e F, {time}",
        "date": r"j \d\e F \d\e Y",
        "day": r"l j \d\e F",
        "short": r"j b Y",
        "month": r"F \d\e Y",
        "time": "{time}",
    },
    "en": {
        "datetime": "D, M j, Y, {time}",
        "long": "l, F j, {time}",
        "date": "F j, Y",
        "day": "l, F j",
        "short": "M j, Y",
        "month": "F Y",
        "time": "{time}",
    },
}
CLOCKS = {12: "g:i a", 24: "H:i"}


def active_language() -> str:
    return (translation.get_language() or "es")[:2]


def write_moment(moment: datetime | date, *, zone: tzinfo, form: str, country: str) -> str:
    """Return the moment as text in the active language.

    Shapes: form is one of datetime, long, date, day, short, month, time. A date without a time ignores the zone.
    """
    language = active_language()
    shape = SHAPES.get(language, SHAPES["en"])[form]
    home = find_country(country)
    shape = shape.replace("{time}", CLOCKS[home.clock if home else 24])
    local = timezone.localtime(moment, zone) if isinstance(moment, datetime) else moment
    return formats.date_format(local, shape)


def write_offset(moment: datetime, zone: tzinfo) -> str:
    """Return the zone's offset at that moment, such as "GMT−6" or "GMT+5:30"."""
    offset = moment.astimezone(zone).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "\u2212" if minutes < 0 else "+"
    return f"GMT{sign}{hours}" + (f":{rest:02d}" if rest else "")


def write_zone(zone: tzinfo) -> str:
    """Return the name people give the zone: its country's label, else the city of its IANA name."""
    country = find_country_by_zone(str(zone))
    for known in country.zones if country else ():
        if known.name == str(zone):
            return known.label(active_language())
    return str(zone).rsplit("/", 1)[-1].replace("_", " ")

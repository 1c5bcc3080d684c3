"""Why a logo is refused.

DomainError
└── LogoRefused           about the field `logo`; never raised itself
    ├── LogoTooLarge      422  too many bytes
    ├── LogoTooManyPixels 422  too wide or too tall, whatever its bytes say
    └── LogoNotAnImage    422  not a PNG, JPEG or WebP that can be decoded
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import DomainError


class LogoRefused(DomainError):
    code = "logo_refused"
    status = 422

    @property
    def fields(self) -> Mapping[str, Sequence[str]]:
        return {"logo": [str(self)]}


class LogoTooLarge(LogoRefused):
    code = "logo_too_large"
    message = _("The file is too large. Choose an image of up to %(megabytes)s MB.")
    data = ("megabytes",)


class LogoTooManyPixels(LogoRefused):
    code = "logo_too_many_pixels"
    message = _("The image is too big. Choose one of up to %(pixels)s pixels a side.")
    data = ("pixels",)


class LogoNotAnImage(LogoRefused):
    code = "logo_not_an_image"
    message = _("We could not read this file as an image. Choose a PNG, JPEG or WebP.")

"""Who calls the API: a bearer token of this workspace."""

from rest_framework_simplejwt.authentication import JWTAuthentication


class TenantJWTAuthentication(JWTAuthentication):
    """A JWT that this workspace signed."""

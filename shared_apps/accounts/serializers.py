"""What the accounts' endpoints take and give."""

from django.conf import settings
from rest_framework import serializers

from .domain import MAX_PASSWORD_LENGTH
from .enums import Role

MAX_TOKEN_LENGTH = 2000


class CredentialsSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )


class RefreshSerializer(serializers.Serializer):
    refresh = serializers.CharField(max_length=MAX_TOKEN_LENGTH)


class TokenPairSerializer(serializers.Serializer):
    access = serializers.CharField(help_text="Send it as `Authorization: Bearer …`. Lives ten minutes.")
    refresh = serializers.CharField(help_text="Trade it for the next pair before it expires. Works once.")


class WorkspaceSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    language = serializers.CharField()
    timezone = serializers.CharField(help_text="IANA name; times of day are meant in this zone.")
    currency = serializers.CharField(help_text="ISO 4217.")


class MeSerializer(serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(max_length=120)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, allow_blank=True, help_text="Empty: the workspace's language."
    )
    workspace = WorkspaceSerializer(read_only=True)

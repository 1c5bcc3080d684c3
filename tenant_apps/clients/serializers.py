"""What the clients' endpoints take and give."""

from typing import ClassVar

from django.conf import settings
from rest_framework import serializers

from .models import Client

NOTES_MAX = 20_000


class ClientSerializer(serializers.ModelSerializer[Client]):
    class Meta:
        model = Client
        fields: ClassVar = ["id", "name", "email", "phone", "language", "notes", "created_at"]
        read_only_fields = fields


class ClientInputSerializer(serializers.Serializer[Client]):
    name = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    phone = serializers.CharField(
        max_length=40, allow_blank=True, default="", help_text="As people write it; stored as E.164."
    )
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, allow_blank=True, default="", help_text="Of e-mails; empty: the workspace's."
    )
    notes = serializers.CharField(max_length=NOTES_MAX, allow_blank=True, default="", trim_whitespace=False)


class ClientQuerySerializer(serializers.Serializer[Client]):
    query = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="Part of a name, an e-mail address or a phone number."
    )

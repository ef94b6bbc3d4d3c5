"""Endpoints of several owners, and a receiver that runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.idp.oidc.models import Client

from talentbank.accounts.selectors import actor_for
from talentbank.notifications.services import outbox_drain
from talentbank.notifications.webhooks.deliveries import webhooks_drain
from talentbank.notifications.webhooks.services import endpoint_create
from tests import factories
from tests.factories import AT
from tests.receiver import open_receiver


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_LOOPBACK = True
    settings.BASE_URL = "https://bank.example.jp"
    with open_receiver() as running:
        yield running


@pytest.fixture
def listen(bank, receiver):
    """Make an endpoint of an account; with `scopes` through a client. Returns it with its secret."""

    def make(user, *, url=None, types=(), scopes=None, acting_as="", bank=bank):
        client = Client.objects.create(name="front end") if scopes is not None else None
        if client:
            factories.let_in(client, bank)
        actor = actor_for(
            user,
            at=AT,
            acting_as=acting_as,
            client_id=client.pk if client else "",
            scopes=None if scopes is None else frozenset(scopes),
        )
        return endpoint_create(
            actor=actor, bank=bank, url=url or receiver.url, event_types=types, description="", at=AT
        )

    return make


@pytest.fixture
def send():
    """Let the worker go round until nothing is due, some time after AT; the receivers' clocks stand there too."""

    def rounds(**later):
        at = AT + timedelta(**later)
        with time_machine.travel(at, tick=False):
            while outbox_drain(at=at) + webhooks_drain(at=at):
                pass
        return at

    return rounds

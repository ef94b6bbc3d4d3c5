"""`/readyz` notices a worker that does not run: by what waits in the outbox, and by an index that nobody builds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from talentbank.core.revision import revision_bump
from talentbank.notifications.models import OutboxMessage
from talentbank.notifications.services import OUTBOX_LATE, mail_queue
from talentbank.professionals.models import Professional
from talentbank.ranking.builds import INDEX_LATE
from talentbank.ranking.models import IndexBuild
from tests import factories
from tests.factories import AT

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
MOMENT = timedelta(seconds=1)


def mail(bank, at):
    return mail_queue(bank_id=bank.pk, topic="invitation", to="a@example.jp", context={}, at=at)


@pytest.mark.parametrize(
    ("age", "state", "channel", "status"),
    [
        (OUTBOX_LATE + MOMENT, "waiting", "email", 503),
        (OUTBOX_LATE, "waiting", "email", 200),
        (OUTBOX_LATE + MOMENT, "sent", "email", 200),
        (OUTBOX_LATE + MOMENT, "failed", "email", 200),
        (OUTBOX_LATE + MOMENT, "waiting", "notice", 200),
    ],
)
def test_a_message_that_nobody_sends_is_noticed(session, bank, age, state, channel, status):
    message = mail(bank, AT - age)
    OutboxMessage.objects.filter(pk=message.pk).update(state=state, channel=channel)

    answer = session(None).get("/readyz")

    assert answer.status_code == status
    assert "outbox" not in answer.content.decode()


def test_a_message_put_off_after_a_failed_try_is_not_late(session, bank):
    message = mail(bank, AT - timedelta(days=1))
    OutboxMessage.objects.filter(pk=message.pk).update(due_at=AT + MOMENT, attempts=4)

    assert session(None).get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("built", "changed", "status"),
    [
        (INDEX_LATE * 2, INDEX_LATE + MOMENT, 503),
        (INDEX_LATE * 2, INDEX_LATE, 200),
        (INDEX_LATE, INDEX_LATE + MOMENT, 200),
        (None, INDEX_LATE + MOMENT, 200),
    ],
)
def test_an_index_that_lacks_an_old_change_is_noticed(session, bank, built, changed, status):
    professional = factories.make_professional(bank)
    if built is not None:
        IndexBuild.objects.create(bank=bank, revision=0, professionals=1, built_at=AT - built)
    rows = Professional.objects.filter(pk=professional.pk)
    rows.update(revision=revision_bump(bank.pk), updated_at=AT - changed)

    assert session(None).get("/readyz").status_code == status


def test_a_newer_index_that_has_the_change_is_enough(session, bank):
    professional = factories.make_professional(bank)
    revision = revision_bump(bank.pk)
    Professional.objects.filter(pk=professional.pk).update(revision=revision, updated_at=AT - INDEX_LATE * 2)
    for value in (0, revision):
        IndexBuild.objects.create(bank=bank, revision=value, professionals=1, built_at=AT - INDEX_LATE * 3)

    assert session(None).get("/readyz").status_code == 200

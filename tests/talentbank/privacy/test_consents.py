"""Consents bind to one version of a text; the log of reads says under which consent."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from talentbank.banks.services import bank_text_publish
from talentbank.core.actors import SYSTEM, Channel, Role
from talentbank.core.audit import Step, Subject
from talentbank.core.errors import InvalidInput, StaleVersion
from talentbank.core.models import Event
from talentbank.privacy.models import Consent
from talentbank.privacy.selectors import consents_missing, disclosures_of
from talentbank.privacy.services import consent_withdraw, consents_give, consents_grant, disclosure_record
from tests import factories
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = AT + timedelta(days=1)
STEP = Step(actor=SYSTEM, at=LATER)


@pytest.fixture
def subject(bank, professional):
    return Subject("professional", professional.pk, bank.pk)


def grant(subject, professional, *kinds, at=LATER):
    actor = factories.actor(professional.user)
    return consents_grant(subject=subject, kinds=kinds, actor=actor, channel=Channel.WEB, at=at)


def test_a_new_text_makes_the_old_consent_insufficient(bank, professional, subject):
    assert consents_missing(subject, ["matching", "disclosure"], AT) == []
    bank_text_publish(bank=bank, kind="disclosure", number=2, bodies={"ja": "第2版"}, step=Step(actor=SYSTEM, at=LATER))

    assert consents_missing(subject, ["matching", "disclosure"], LATER) == ["disclosure"]
    (given,) = grant(subject, professional, "disclosure")
    assert consents_missing(subject, ["matching", "disclosure"], LATER) == []
    assert (given.text_number, given.text_sha256) == (2, bank.texts.get(kind="disclosure", number=2).sha256)


def test_consenting_twice_to_one_version_is_one_consent(professional, subject):
    before = Consent.objects.count()
    (again,) = grant(subject, professional, "matching", "matching")

    assert (Consent.objects.count(), again.granted_at) == (before, AT)


def test_a_withdrawn_consent_is_missing_at_once(subject):
    consent = Consent.objects.get(subject_id=subject.id, text_kind="matching")
    with pytest.raises(StaleVersion):
        consent_withdraw(consent=consent, expected_version=7, step=STEP)

    consent_withdraw(consent=consent, expected_version=1, step=STEP)

    assert consents_missing(subject, ["matching"], LATER) == ["matching"]


def test_there_is_no_consent_to_a_text_that_does_not_hold(bank, professional, subject):
    bank.texts.filter(kind="messages").update(valid_from=LATER + timedelta(days=1))

    with pytest.raises(InvalidInput) as error:
        grant(subject, professional, "messages")

    assert [each.pointer for each in error.value.errors] == ["/consents/0"]


def test_the_database_holds_one_running_consent_per_kind(subject):
    row = Consent.objects.get(subject_id=subject.id, text_kind="matching")
    values = {name: getattr(row, name) for name in ("bank_id", "subject_kind", "subject_id", "text_kind")}

    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.create(at=LATER, **values, text_number=2, text_sha256="", channel="web", granted_at=LATER)


def test_a_read_is_logged_with_reader_fields_and_consent(subject, coordinator):
    actor = factories.actor(coordinator)

    disclosure_record(subject=subject, actor=actor, role=Role.COORDINATOR, match_id=None, fields=["email"], at=AT)

    (row,) = disclosures_of([subject.id])
    assert (row.reader_id, row.reader_role, row.fields) == (coordinator.pk, "coordinator", ["email"])
    assert row.consent_ids == [str(Consent.objects.get(subject_id=subject.id, text_kind="disclosure").pk)]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no row locks: a writer has the database")
@pytest.mark.django_db(transaction=True)
def test_of_equal_consents_at_once_one_is_made_and_each_caller_gets_it(bank):
    subject, n = Subject("professional", factories.make_professional(bank).pk, bank.pk), 4
    Consent.objects.filter(subject_id=subject.id).delete()
    given, barrier = [], threading.Barrier(n)

    def call() -> None:
        barrier.wait(timeout=10)
        try:
            given.extend(consents_give(subject=subject, kinds=["matching"], step=STEP, channel=Channel.WEB))
        except Exception as error:
            given.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    consent = Consent.objects.get(subject_id=subject.id)
    assert given == [consent] * n
    assert Event.objects.filter(subject_kind="consent", subject_id=consent.pk).count() == 1

"""The demo banks come in through the services: figures, events, and a second run that changes nothing."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from talentbank.accounts.admissions import origin_is_allowed
from talentbank.accounts.models import User
from talentbank.banks.selectors import bank_get
from talentbank.core.audit import event_hash
from talentbank.core.clock import day_of, now
from talentbank.core.models import Event
from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.professionals.models import Professional
from talentbank.statistics.funnel import statistics_funnel
from talentbank.statistics.quality import statistics_quality
from talentbank.statistics.selectors import statistics_summary


@pytest.mark.django_db
def test_the_demo_reproduces_the_citys_figures_and_loads_once(capsys):
    call_command("load_vocabulary")
    call_command("load_demo")

    summary = statistics_summary(bank=bank_get("akatsuki"), as_of=day_of(now()))
    assert (summary.matches, summary.individuals, summary.organizations) == (8, 38, 17)
    for model in (Organization, Professional, Need, Match):
        ids = set(model.objects.values_list("pk", flat=True))
        assert ids == set(Event.objects.filter(subject_id__in=ids).values_list("subject_id", flat=True))
    assert all(event.hash == event_hash(event) for event in Event.objects.all())

    call_command("tick")
    assert statistics_summary(bank=bank_get("akatsuki"), as_of=day_of(now())) == summary
    stages = statistics_funnel(bank=bank_get("akatsuki"), as_of=day_of(now())).stages
    assert [each.matches for each in stages] == [15, 14, 12, 10, 8, 8, 6, 6]
    told_by = statistics_quality(bank=bank_get("akatsuki"), as_of=day_of(now())).satisfaction
    assert {side: round(each.mean or 0, 2) for side, each in told_by.items()} == {
        "professional": 4.17,
        "organization": 4.33,
    }

    before = Event.objects.count()
    call_command("load_demo")
    assert Event.objects.count() == before

    assert not User.objects.exclude(emailaddress__verified=True).exists(), "nobody is asked to prove a made-up address"

    call_command("demo_access")
    told = capsys.readouterr().out
    for role in ("bank_admin", "coordinator", "support_desk", "analyst", "professional", "organization"):
        assert f"demo-{role}-" in told
    assert "demo-front-end" in told and origin_is_allowed("http://127.0.0.1:5173", day_of(now()))

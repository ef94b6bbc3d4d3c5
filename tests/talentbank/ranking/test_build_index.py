"""`manage.py build_index`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from talentbank.core.revision import revision_bump
from talentbank.ranking import builds
from tests.factories import make_organization, make_professional
from tests.talentbank.ranking.samples import EMPTY, make_shop_need, make_shopkeeper

pytestmark = pytest.mark.usefixtures("index_dir")


def build(**options: str | bool) -> str:
    out = StringIO()
    call_command("build_index", stdout=out, **options)
    return out.getvalue()


def test_every_bank_is_built_and_counted(bank, other_bank):
    make_shop_need(make_organization(bank))
    make_shopkeeper(bank)
    make_professional(bank, **EMPTY)

    lines = build().splitlines()

    assert len(lines) == 2
    assert f"[1/2] {bank.slug} … 2 professionals (1 without words), 1 needs, revision 0" in lines[0]
    assert f"{other_bank.slug} … 0 professionals" in lines[1]


def test_one_bank_by_slug(bank, other_bank):
    assert build(bank=other_bank.slug).startswith(f"[1/1] {other_bank.slug}")


def test_an_unknown_bank_is_an_error(db):
    with pytest.raises(CommandError, match="no such bank"):
        build(bank="nowhere")


def test_only_what_is_due_is_built(bank, other_bank):
    build()
    revision_bump(other_bank.pk, basis=True)

    assert build(due=True).startswith(f"[1/1] {other_bank.slug}")
    assert build(due=True) == ""


def test_who_comes_second_leaves_the_bank_to_who_is_at_it(bank):
    build()

    with builds._alone(bank.pk):
        assert "another process is at it" in build()

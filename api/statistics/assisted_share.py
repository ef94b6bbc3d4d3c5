"""How much staff enter for people."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import StrictIntegerField
from api.statistics.figures import YEAR, FiguresRead, YearFigures, cell_field, count_field, share_field
from talentbank.core.actors import Channel
from talentbank.statistics.assistance import Assistance, AssistedShare, statistics_assisted_share
from talentbank.statistics.definitions import ASSISTED_SHARE

AssistedChannels = type(
    "AssistedChannels", (serializers.Serializer,), {channel.value: cell_field() for channel in Channel}
)


class AssistedYear(serializers.Serializer):
    fiscal_year = StrictIntegerField(**YEAR)
    total = count_field()
    assisted = count_field()
    share = share_field()


class AssistedEntries(serializers.Serializer):
    """How many of all were entered by staff on somebody's behalf."""

    total = count_field()
    assisted = count_field()
    share = share_field()
    channels = AssistedChannels()
    by_year = AssistedYear(many=True)


class StatisticsAssistedShare(YearFigures):
    meanings = ASSISTED_SHARE
    registrations = AssistedEntries()
    needs = AssistedEntries()
    match_steps = AssistedEntries()


def assistance_shown(found: Assistance) -> dict[str, Any]:
    return {
        "total": found.entries.total,
        "assisted": found.entries.assisted,
        "share": found.entries.share,
        "channels": found.channels,
        "by_year": [
            {"fiscal_year": year, "total": each.total, "assisted": each.assisted, "share": each.share}
            for year, each in found.years.items()
        ],
    }


def assisted_share_shown(found: AssistedShare) -> dict[str, Any]:
    return {
        "bank": found.bank,
        "as_of": found.as_of,
        "fiscal_year": found.fiscal_year,
        "registrations": assistance_shown(found.registrations),
        "needs": assistance_shown(found.needs),
        "match_steps": assistance_shown(found.match_steps),
    }


class AssistedShareRead(FiguresRead):
    """How many registrations, needs and steps of matches staff entered on somebody's behalf, by channel and by fiscal
    year. For analysts and coordinators."""

    operation_id, summary = "statistics_assisted_share", "Read how much is entered for people"
    output_serializer = StatisticsAssistedShare

    def answer(self, **ids: Any) -> dict[str, Any]:
        return assisted_share_shown(statistics_assisted_share(**self.asked()))

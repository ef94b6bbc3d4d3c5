"""Addresses of the figures."""

from __future__ import annotations

from api.routing import endpoint
from api.statistics.assisted_share import AssistedShareRead
from api.statistics.funnel import FunnelRead
from api.statistics.quality import QualityRead
from api.statistics.speed import SpeedRead
from api.statistics.summary import SummaryRead
from api.statistics.supply_and_demand import SupplyAndDemandRead

urlpatterns = [
    endpoint("statistics/summary", get=SummaryRead),
    endpoint("statistics/funnel", get=FunnelRead),
    endpoint("statistics/speed", get=SpeedRead),
    endpoint("statistics/quality", get=QualityRead),
    endpoint("statistics/supply-and-demand", get=SupplyAndDemandRead),
    endpoint("statistics/assisted-share", get=AssistedShareRead),
]

"""Delivery's Prometheus metrics. Few labels, never a citizen."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

krav = Counter("gateway_krav", "Heads claimed for delivery")
forsoeg = Counter("gateway_dfdg_forsoeg", "Attempts at DFDG by service and outcome", ["tjeneste", "udfald"])
tabte_leases = Counter("gateway_tabte_leases", "Answers dropped because the lane had been taken over")
advarsler = Counter("gateway_advarsler", "Things an operator should see", ["art"])
kodeliste_alder = Gauge(
    "gateway_kodeliste_alder_sekunder", "Since DFDG's code list was last read; +Inf: it never was", ["liste"]
)
koder_ukendte = Gauge(
    "gateway_koder_i_brug_ukendte", "Codes the gateway writes that DFDG's list lacks, has ended or not begun", ["liste"]
)

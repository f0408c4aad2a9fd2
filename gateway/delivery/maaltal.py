"""Delivery's Prometheus metrics. Few labels, never a citizen."""

from __future__ import annotations

from prometheus_client import Counter

krav = Counter("gateway_krav", "Heads claimed for delivery")
forsoeg = Counter("gateway_dfdg_forsoeg", "Attempts at DFDG by service and outcome", ["tjeneste", "udfald"])
tabte_leases = Counter("gateway_tabte_leases", "Answers dropped because the lane had been taken over")
advarsler = Counter("gateway_advarsler", "Things an operator should see", ["art"])

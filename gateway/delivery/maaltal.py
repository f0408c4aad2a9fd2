"""Delivery's Prometheus metrics. Few labels, never a citizen."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from gateway.lanes.registrering import SEN_COMMIT

krav = Counter("gateway_krav", "Heads claimed for delivery")
forsoeg = Counter("gateway_dfdg_forsoeg", "Attempts at DFDG by service and outcome", ["tjeneste", "udfald"])
tabte_leases = Counter("gateway_tabte_leases", "Answers dropped because the lane had been taken over")
svartid = Histogram(
    "gateway_dfdg_svartid_sekunder",
    "From an attempt's beginning to its answer, by service",
    ["tjeneste"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
advarsler = Counter("gateway_advarsler", "Things an operator should see", ["art"])
# There from the start: the first one of its kind must be seen as a rise, and a rise needs a zero before it.
for _art in ("fandtes_ved_foerste", SEN_COMMIT, "fandtes_aendret_efter_genopretning", "kode_i_brug"):
    advarsler.labels(_art)
kodeliste_alder = Gauge(
    "gateway_kodeliste_alder_sekunder", "Since DFDG's code list was last read; +Inf: it never was", ["liste"]
)
koder_ukendte = Gauge(
    "gateway_koder_i_brug_ukendte", "Codes the gateway writes that DFDG's list lacks, has ended or not begun", ["liste"]
)

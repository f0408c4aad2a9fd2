"""The gateway's own errors, as a tree by what the caller can do about them."""

from __future__ import annotations


class GatewayFejl(Exception):
    """Root. ``kode`` is stable; the text never carries personal data."""

    kode = "gateway_fejl"


class Opsaetningsfejl(GatewayFejl):
    """The installation is set up wrongly: correct the setting that the text names and start again."""

    kode = "opsaetning"


class Regelfejl(GatewayFejl):
    """A decision cannot be carried out as things stand (a code list value is unset, M3). An operator completes the
    code list and retries."""

    def __init__(self, kode: str, tekst: str, *, felt: str | None = None, loesning: str | None = None) -> None:
        super().__init__(tekst)
        self.kode = kode
        self.tekst = tekst
        self.felt = felt
        self.loesning = loesning


class MidlertidigFejl(GatewayFejl):
    """Something the gateway depends on is away: the same call may succeed later, nothing was lost."""

    kode = "midlertidig"


class TabtLease(GatewayFejl):
    """The lane was taken over by another worker: what this worker holds must be dropped (I11)."""

    kode = "tabt_lease"


class Betjeningsfejl(GatewayFejl):
    """An operator's command cannot be done on the present state; the text says why and what can be done instead.

    ``dansk``: the same for the console, where the text is the command line's.
    """

    kode = "betjening"

    def __init__(self, tekst: str, *, dansk: str | None = None) -> None:
        super().__init__(tekst)
        self.dansk = dansk or tekst


class Adgangsfejl(Betjeningsfejl):
    """Who asks lacks the role that it takes; the text names the role."""

    kode = "adgang"


class UlovligOvergang(GatewayFejl):
    """A change of state that the lanes' tables do not know: a fault of the gateway's own. The unit of work is given up, so
    nothing of it stands; an operator reports it."""

    kode = "ulovlig_overgang"

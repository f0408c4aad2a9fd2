"""On whose behalf a call is made: the certificate's a-kasse against the organisation that the call names.

A certificate's common name is the a-kasse's code or ``akasse-<code>``; a name among ``leverandoerer`` may act for every
a-kasse. How STAR maps certificates to a-kasser is not public: these names are this project's.
"""

from __future__ import annotations

from typing import Any

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.indstillinger import Indstillinger


def organisationsfejl(type_: Any, kode: Any, certifikat: str | None, opsat: Indstillinger) -> list[Dfdgfejl]:
    """Faults of an ActiveOrganisationHeader that could be read: 8234, 8173, 1013, 4586."""
    if isinstance(type_, str) and type_.isascii() and type_.isdigit():
        type_ = int(type_)
    if not isinstance(type_, int) or isinstance(type_, bool) or not isinstance(kode, str) or not 1 <= len(kode) <= 20:
        return [fejl(koder.ORGANISATION_ULAESELIG)]
    if not 1 <= type_ <= 100 or (opsat.organisationstype is not None and type_ != opsat.organisationstype):
        return [fejl(koder.ORGANISATIONSTYPE)]
    if certifikat in opsat.leverandoerer:
        return []
    egen = (certifikat or "").removeprefix("akasse-")
    if not egen or not egen.isalnum():
        return [fejl(koder.INGEN_ADGANG)]
    return [] if egen == kode else [fejl(koder.IKKE_EGEN_ORGANISATION)]

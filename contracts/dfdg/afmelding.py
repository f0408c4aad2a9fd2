"""De-registration as unemployed: SOAP UnemploymentEnrollmentService v8.

That the service has a cancellation with a date and a cause is told by its error list (4322, 4340, 4367) and by the
message GetCancelUnemploymentEnrollmentVersion4; the operation's name and elements are not public and the project's.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.dfdg.grund import EGEN, UDLEDT, Cpr, Dag, Kode, Soapanmodning, Soaptjeneste

TJENESTE = Soaptjeneste("UnemploymentEnrollmentService", 8)


class CancelUnemploymentEnrollmentRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = TJENESTE
    operation: ClassVar[str] = "CancelUnemploymentEnrollment"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), UDLEDT]
    virkningsdato: Annotated[Dag, Field(alias="CancellationDate"), EGEN]
    #: The name stands in the text of fault 4340.
    aarsag: Annotated[Kode, Field(alias="CauseTypeIdentifier"), UDLEDT]

"""What DFDG's messages are built of: marks of origin, patterns, dates on the wire, and rendering to XML.

Patterns and limits are those that STAR's service pages repeat from service to service (FravaerService,
AbsenceRegistrationService v7, PersonRegistrationService v9).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from lxml import etree
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")

#: STAR's pattern of a CPR number: no modulus 11, no leap years; ten zeroes mean "required but unknown".
P_CPR = (
    r"((((0[1-9]|1[0-9]|2[0-9]|3[0-1])(01|03|05|07|08|10|12))|((0[1-9]|1[0-9]|2[0-9]|30)(04|06|09|11))"
    r"|((0[1-9]|1[0-9]|2[0-9])(02)))[0-9]{6})|0000000000"
)
P_MYNDIGHEDSKODE = r"[-][1]|[0-9]{1,8}"
P_TELEFON = r"(\+)?[0-9]{3,20}"
STOERSTE_KODE = 10_000
KOMMENTAR_LAENGDE = 1500

#: What XML 1.0 has no way to write. It carries no meaning in a text, so a space takes its place.
_IKKE_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Written as it is, a reader would take it for the end of a line.
_VOGNRETUR = {"\r": "&#13;"}


class Maerke(StrEnum):
    """Where a field's name and place come from."""

    SET = "set"  # read in a public page of STAR
    UDLEDT = "udledt"  # concluded from what was read
    EGEN = "egen"  # made by this project: looked for, not public


SET, UDLEDT, EGEN = Maerke.SET, Maerke.UDLEDT, Maerke.EGEN


class Dfdgbesked(BaseModel):
    """Base of everything that is sent: unchangeable, nothing unknown, and no value in an error's text."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True, serialize_by_alias=True
    )


class Dfdgsvar(BaseModel):
    """Base of what is read in answers: fields that are not known are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)


def maerker(model: type[BaseModel]) -> Mapping[str, Maerke]:
    """The mark of every field, by its name on the wire. Raises ``ValueError`` for a field without one."""
    ud: dict[str, Maerke] = {}
    for navn, felt in model.model_fields.items():
        fundet = [m for m in felt.metadata if isinstance(m, Maerke)]
        if len(fundet) != 1:
            raise ValueError(f"{model.__name__}.{navn} needs exactly one mark")
        ud[felt.alias or navn] = fundet[0]
    return ud


# --- values ----------------------------------------------------------------------------------------------


def midnat(dag: date) -> datetime:
    """A date as DFDG writes it: Copenhagen midnight with its offset (``2023-02-01T00:00:00+01:00``)."""
    return datetime.combine(dag, time(), KOEBENHAVN)


def _som_midnat(v: Any) -> Any:
    return midnat(v) if isinstance(v, date) and not isinstance(v, datetime) else v


def _er_midnat(v: datetime) -> datetime:
    if v.tzinfo is None or v.astimezone(KOEBENHAVN).time() != time():
        raise ValueError("not midnight in Copenhagen")
    return v.astimezone(KOEBENHAVN)


def i_koebenhavn(v: datetime) -> datetime:
    """The same moment in Copenhagen. Raises ``ValueError`` for one without an offset."""
    if v.tzinfo is None:
        raise ValueError("a moment without an offset")
    return v.astimezone(KOEBENHAVN)


def laest_tid(v: datetime) -> datetime:
    """A moment in an answer, in Copenhagen; without an offset it is taken as Copenhagen's."""
    return v.replace(tzinfo=KOEBENHAVN) if v.tzinfo is None else v.astimezone(KOEBENHAVN)


def ren_xml(tekst: str) -> str:
    """``tekst`` with a space for every character that XML cannot carry."""
    return _IKKE_XML.sub(" ", tekst)


Cpr = Annotated[str, StringConstraints(pattern=f"^({P_CPR})$"), Field(repr=False)]
Kode = Annotated[int, Field(ge=1, le=STOERSTE_KODE)]
Dag = Annotated[datetime, BeforeValidator(_som_midnat), AfterValidator(_er_midnat)]
Tidspunkt = Annotated[datetime, AfterValidator(i_koebenhavn)]
LaestTid = Annotated[datetime, AfterValidator(laest_tid)]
Myndighedskode = Annotated[str, StringConstraints(pattern=f"^({P_MYNDIGHEDSKODE})$")]
Telefon = Annotated[str, StringConstraints(pattern=f"^{P_TELEFON}$")]
Kommentar = Annotated[str, BeforeValidator(ren_xml), StringConstraints(max_length=KOMMENTAR_LAENGDE)]
Fritekst = Annotated[str, BeforeValidator(ren_xml), StringConstraints(min_length=1, max_length=4000)]
Kort = Annotated[str, BeforeValidator(ren_xml), StringConstraints(min_length=1, max_length=256)]


def samme_tekst(tekst: str | None) -> str:
    """A text for comparing what was written with what is read: without differences of white space alone."""
    return " ".join(ren_xml(tekst or "").split())


# --- SOAP ------------------------------------------------------------------------------------------------

Element = Any  # lxml's element type has no public name


@dataclass(frozen=True, slots=True)
class Soaptjeneste:
    """A SOAP service. Address form after STAR's ``PjaktassWCFTservice/10/WsrmMessageService.svc``; the namespace of
    the bodies is not public and the project's own."""

    navn: str
    version: int

    @property
    def sti(self) -> str:
        return f"/{self.navn}/{self.version}/{self.navn}.svc"

    @property
    def navnerum(self) -> str:
        return f"http://service.bm.dk/pjaktass/{self.navn}/{self.version}/"


class Xmldel(Dfdgbesked):
    """A part of a SOAP body: fields in wire order, aliases are element names. A list of parts stands in an element of
    the field's name, each called ``elementnavn``; of a list of texts each is an element of the field's name."""

    elementnavn: ClassVar[str] = ""


class Soapanmodning(Xmldel):
    """The root of a SOAP body: ``<operation>Request`` in the service's namespace."""

    tjeneste: ClassVar[Soaptjeneste]
    operation: ClassVar[str]

    def som_bytes(self, tjeneste: Soaptjeneste | None = None) -> bytes:
        """The body's one child, UTF-8. ``tjeneste``: the service that has the operation in this installation, where STAR
        does not publish which one it is (M3)."""
        navn = f"{self.operation}Request"
        dele = [f'<{navn} xmlns="{(tjeneste or self.tjeneste).navnerum}">']
        _fyld(dele, self)
        dele.append(f"</{navn}>")
        return "".join(dele).encode()

    def som_xml(self, tjeneste: Soaptjeneste | None = None) -> Element:
        """The same as an element."""
        return etree.fromstring(self.som_bytes(tjeneste))


@cache
def _felter(model: type[Xmldel]) -> tuple[tuple[str, str], ...]:
    """The fields in wire order, each with its element's name."""
    return tuple((navn, felt.alias or navn) for navn, felt in model.model_fields.items())


def _fyld(dele: list[str], del_: Xmldel) -> None:
    for navn, tag in _felter(type(del_)):
        vaerdi = getattr(del_, navn)
        if vaerdi is None or vaerdi == ():
            continue
        if isinstance(vaerdi, tuple) and not isinstance(vaerdi[0], Xmldel):
            dele += [f"<{tag}>{_tekst(et)}</{tag}>" for et in vaerdi]
        elif isinstance(vaerdi, Xmldel):
            dele.append(f"<{tag}>")
            _fyld(dele, vaerdi)
            dele.append(f"</{tag}>")
        elif isinstance(vaerdi, tuple):
            dele.append(f"<{tag}>")
            for et in vaerdi:
                dele.append(f"<{et.elementnavn}>")
                _fyld(dele, et)
                dele.append(f"</{et.elementnavn}>")
            dele.append(f"</{tag}>")
        else:
            dele.append(f"<{tag}>{_tekst(vaerdi)}</{tag}>")


def _tekst(vaerdi: str | int | bool | date | UUID) -> str:
    if isinstance(vaerdi, bool):
        return "true" if vaerdi else "false"
    if isinstance(vaerdi, date):
        return vaerdi.isoformat()
    return escape(vaerdi, _VOGNRETUR) if isinstance(vaerdi, str) else str(vaerdi)

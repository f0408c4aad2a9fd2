"""Who may speak of whom (J3, J5): an a-kasse of its own members, a jobcenter of citizens of its kommune.

Source: DFDG's authorisation by "egne borgere" (STAR's service pages). Judged at the event's ``time``.
"""

from __future__ import annotations

from datetime import date

from gateway.rules import trae
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Status
from gateway.rules.regel import Regel
from gateway.rules.regimer import kommune_ens
from gateway.rules.tilstand import Borger, Medlemskab

#: Events by which an a-kasse says that the citizen is its member, or which DFDG itself judges (S9: talks are registered
#: of a person not seen before too). Another's claim that DFDG has not confirmed does not refuse them.
_GOER_KRAV = frozenset(
    {
        "akasse.medlem.tilmeldt.v1",
        "akasse.medlem.indplaceret.v1",
        "akasse.medlem.indlaest.v1",
        "akasse.samtale.afholdt.v1",
    }
)


def anden_akasse(tilstand: Borger, akassekode: str, dag: date) -> Medlemskab | None:
    """Another a-kasse that claims the citizen and that the citizen has not left on ``dag``; a confirmed one first."""
    andre = [m for m in tilstand.medlemskaber if m.akassekode != akassekode and (m.udmeldt is None or dag <= m.udmeldt)]
    return max(andre, key=lambda m: m.bekraeftet, default=None)


def ikke_egen(tilstand: Borger, haendelse: Haendelse) -> Afgoerelse | None:
    """The refusal J3 of an event about somebody who is not the publisher's own; None when it may speak.

    What DFDG has confirmed decides. Where it has confirmed nobody, one claim does not keep another a-kasse's out (DFDG
    is to say whose the member is), but who has not claimed the citizen does not speak of somebody else's.
    """
    if haendelse.part.art == "gateway":
        return None
    dag = haendelse.registreringsdato
    if haendelse.part.art == "akasse":
        anden = anden_akasse(tilstand, haendelse.part.kode, dag)
        if anden is None:
            return None
        egen = tilstand.medlem(haendelse.part.kode, dag) is not None
        if not anden.bekraeftet and (egen or haendelse.type in _GOER_KRAV):
            return None
        return _afvist(
            "j3_ikke_eget_medlem",
            "Borgeren er medlem af en anden a-kasse på hændelsens tidspunkt.",
            "Afvent den anden a-kasses udmeldelse, og send hændelsen igen med nyt id.",
        )
    kommune = tilstand.kommune(dag)
    if kommune is None or kommune_ens(kommune, haendelse.part.kode):
        return None
    return _afvist(
        "j3_ikke_egen_kommune",
        "Borgeren bor i en anden kommune på hændelsens tidspunkt.",
        "Kun bopælskommunens jobcenter udgiver hændelser om borgeren.",
    )


def _afvist(kode: str, tekst: str, loesning: str) -> Afgoerelse:
    return Afgoerelse(Status.AFVIST, tekst, regel="J3", fejl=Fejl(kode, tekst, "cpr", loesning))


REGLER = (
    Regel(
        "J3",
        "Hver taler om sine egne",
        "En a-kasse udgiver kun hændelser om egne medlemmer, et jobcenter kun om borgere i sin kommune. Det "
        "bedømmes på hændelsens tidspunkt, kommunen efter flyttedatoen. Andres afvises.",
        kilde="DFDG's adgang til egne borgere",
        kode=("ikke_egen", "gateway.rules.overdragelsessvar", "gateway.rules.dfdg_medlemskab"),
        valg="Hvad DFDG har bekræftet, afgør. Har den ingen bekræftet, holder ét krav ikke en anden a-kasses ude.",
    ),
)


#: J3 goes before every chapter's own tree.
TRAEER = (
    trae.Trae(
        "egne",
        "Før alt andet: taler udgiveren om sine egne?",
        (),
        trae.vaelg(
            "Hvem udgiver hændelsen?",
            gatewayen=trae.Videre("Hændelsen afgøres"),
            en_akasse=trae.foerst(
                trae.hvis_ikke(
                    "Er borgeren knyttet til en anden a-kasse, som ikke er forladt?", trae.Videre("Hændelsen afgøres")
                ),
                trae.hvis(
                    "Har DFDG bekræftet den anden, eller er borgeren hverken udgiverens medlem eller ved at blive det?",
                    trae.afvist(
                        "J3", "j3_ikke_eget_medlem", "Borgeren er medlem af en anden a-kasse på hændelsens tidspunkt."
                    ),
                ),
                ellers=trae.Videre("Hændelsen afgøres"),
            ),
            et_jobcenter=trae.foerst(
                trae.hvis("Er borgerens kommune ukendt eller jobcentrets egen?", trae.Videre("Hændelsen afgøres")),
                ellers=trae.afvist(
                    "J3", "j3_ikke_egen_kommune", "Borgeren bor i en anden kommune på hændelsens tidspunkt."
                ),
            ),
        ),
    ),
)

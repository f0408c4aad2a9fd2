"""Branches that several trees end in, each named after the function that gives its answers."""

from __future__ import annotations

from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.trae import Blad, Knude, afventer, foerst, hvis, hvis_ikke, registreret, stoppet, uden_virkning


def forbi() -> Knude:
    """``forloeb.ikke_inde`` of somebody who has had a course (A3, V9)."""
    return foerst(
        hvis(
            "Hører det seneste forløb til en anden a-kasse?",
            uden_virkning("V9", "Forløbet hører til en anden a-kasse; hændelsen har ingen virkning på det."),
        ),
        ellers=uden_virkning("A3", "Forløbet i a-kassen er allerede slut; hændelsen har ingen virkning."),
    )


def ikke_inde(regel: str) -> Knude:
    """``forloeb.ikke_inde``."""
    return foerst(hvis_ikke("Har medlemmet haft et forløb?", aldrig_inde(regel)), ellers=forbi())


def aldrig_inde(regel: str) -> Blad:
    """``forloeb.ikke_inde`` of somebody who never was."""
    return uden_virkning(regel, "Medlemmet er ikke i et forløb hos a-kassen; hændelsen har ingen virkning.")


def slutter(regel: str, aarsagskode: str) -> Blad:
    """``forloeb.slutning`` that takes effect."""
    return registreret(regel, f"Forløbet slutter … med årsag {aarsagskode} ({AARSAGER[aarsagskode]}).")


def slutning(regel: str, aarsagskode: str) -> Knude:
    """``forloeb.slutning`` of somebody who is in (A3)."""
    return foerst(
        hvis(
            "Slutter forløbet allerede den dag eller før?",
            uden_virkning("A3", "Forløbet slutter allerede …; hændelsen har ingen virkning."),
        ),
        ellers=slutter(regel, aarsagskode),
    )


def afslutning(regel: str, aarsagskode: str) -> Knude:
    """``forloeb.slutning`` of whoever it may be."""
    return foerst(
        hvis_ikke("Er medlemmet i forløbet hos a-kassen?", ikke_inde(regel)), ellers=slutning(regel, aarsagskode)
    )


def ikke_i_forloeb(regel: str) -> Blad:
    """``modpart.ikke_i_forloeb``."""
    return uden_virkning(regel, "Borgeren er ikke i et forløb hos en a-kasse; hændelsen gives ikke videre.")


def til_akassen(ellers: Knude) -> Knude:
    """``modpart.ikke_akassens`` before anything is passed on (J5)."""
    return foerst(
        hvis(
            "Har borgeren forladt a-kassen?",
            uden_virkning("J5", "Borgeren har forladt a-kassen; hændelsen gives ikke videre."),
        ),
        hvis_ikke(
            "Har DFDG bekræftet, at borgeren er a-kassens medlem?",
            afventer("J5", "Borgeren er endnu ikke bekræftet hos a-kassen; hændelsen gives ikke videre."),
        ),
        ellers=ellers,
    )


def kode_mangler() -> Blad:
    """M3: a code that is not public is unset in the installation."""
    return stoppet("M3", "kode_mangler", "Koden … er ikke offentlig og ikke sat i installationens kodeliste.")

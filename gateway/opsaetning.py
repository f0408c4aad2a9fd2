"""From settings to what the rules and the carrier are given."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import asyncpg

from consumers.dfdg_hooks import Hookopsaetning
from contracts.codes import Koderaekke, Kodevaerdi
from contracts.dfdg import besked
from gateway.errors import Opsaetningsfejl
from gateway.lanes.tilbagehold import Graenser
from gateway.ledger.bevaring import Bevaringstider
from gateway.ledger.snapshots import Snapshotvagt
from gateway.rules.frister import Fristopsaetning
from gateway.rules.model import Daekning, Frikommune, Regelopsaetning
from gateway.settings import Settings, dato, eksempel, laes_csv
from producers.dfdg import certifikat
from producers.dfdg.opsaetning import DfdgOpsaetning

KODEKOLONNER = ("liste", "kode", "tekst", "fra", "til", "kilde")


def koder(settings: Settings) -> dict[str, Kodevaerdi]:
    """Code list values by row name, with the days between which each is in force (both inclusive). A row without a code
    stays unset. Raises ``Opsaetningsfejl`` for a name that has two codes on one day."""
    fil = settings.rules.koder or eksempel("koder.csv")
    fundne: dict[str, list[Koderaekke]] = {}
    for r in laes_csv(fil, KODEKOLONNER):
        fra, til = (dato(fil, r[n]) if r[n] else None for n in ("fra", "til"))
        if fra is not None and til is not None and til < fra:
            raise Opsaetningsfejl(f"{fil}: {r['liste']} ends before it begins; both dates are inclusive")
        if r["kode"]:
            ny = Koderaekke(r["kode"], r["tekst"], fra, til, r["kilde"], "set", {})
            if any(_samme_dag(ny, anden) for anden in fundne.setdefault(r["liste"], [])):
                raise Opsaetningsfejl(f"{fil}: {r['liste']} has two codes on one day; let the first one end before")
            fundne[r["liste"]].append(ny)
    return {
        navn: raekker[0].kode if (raekker[0].fra, raekker[0].til) == (None, None) else tuple(raekker)
        for navn, raekker in fundne.items()
    }


def _samme_dag(a: Koderaekke, b: Koderaekke) -> bool:
    return (a.fra or date.min) <= (b.til or date.max) and (b.fra or date.min) <= (a.til or date.max)


def regelopsaetning(settings: Settings) -> Regelopsaetning:
    """The rules' settings; the documented examples serve where production does not apply."""
    daekning = settings.rules.daekning or eksempel("daekning.csv")
    frikommuner = settings.rules.frikommuner or eksempel("frikommuner.csv")
    return Regelopsaetning(
        daekning=tuple(
            Daekning(r["akassekode"], r["kommunekode"], dato(daekning, r["fra"]), dato(daekning, r["til"]))
            for r in laes_csv(daekning, ("akassekode", "kommunekode", "fra", "til"))
        ),
        frikommuner=tuple(
            Frikommune(r["kommunekode"], dato(frikommuner, r["fra"]), dato(frikommuner, r["til"]))
            for r in laes_csv(frikommuner, ("kommunekode", "fra", "til"))
        ),
        koder=koder(settings),
        genaabning=settings.rules.genaabning,
    )


def fristopsaetning(settings: Settings) -> Fristopsaetning:
    """When deadlines are warned of: the installation's figures, otherwise the rules' defaults."""
    return Fristopsaetning(**settings.frister.model_dump(exclude_none=True))


def bevaringstider(settings: Settings) -> Bevaringstider:
    """How long what is finished is kept."""
    b = settings.bevaring
    return Bevaringstider(
        haendelser=timedelta(days=b.haendelser_dage),
        beskeder=timedelta(days=b.beskeder_dage),
        ider=timedelta(days=b.ider_dage),
    )


def snapshotvagt(settings: Settings, pulje: asyncpg.Pool) -> Snapshotvagt:
    """Who ends sessions that keep an old snapshot open."""
    d = settings.database
    undtagne = [x.strip() for x in d.snapshot_undtagne.split(",") if x.strip()]
    return Snapshotvagt(pulje, timedelta(seconds=d.snapshot_hoejst), undtagne)


def pladsgraenser(settings: Settings) -> Graenser:
    """When reading from Kafka pauses for want of room; the disk is judged where the database is this machine's own."""
    d = settings.database
    return Graenser(
        hoejst=None if d.hoejst_gb is None else int(d.hoejst_gb * 1e9),
        fri=int(d.fri_gb * 1e9) if settings.indlejret_database else None,
    )


def plads_tilbage(settings: Settings, stoerrelse: int) -> float | None:
    """Bytes until reading from Kafka pauses, when the database takes up ``stoerrelse``; None: no limit is set or seen."""
    g = pladsgraenser(settings)
    rester: list[float] = [] if g.hoejst is None else [g.hoejst - stoerrelse]
    if g.fri is not None:
        rester.append(fri_plads(settings.data_dir) - g.fri)
    return min(rester, default=None)


def fri_plads(mappe: Path) -> int:
    """Bytes that are free on the disk of ``mappe``, or of the folder that it will lie in."""
    while not mappe.exists() and mappe != mappe.parent:
        mappe = mappe.parent
    disk = os.statvfs(mappe)
    return disk.f_bavail * disk.f_frsize


def certifikatfiler(settings: Settings) -> list[tuple[str, str, Path]]:
    """Every certificate that this installation lives by: whose, its name, its file. The clients' are by a-kasse."""
    o = carrier_opsaetning(settings)
    filer = [("klient", c.fil.stem, c.fil) for c in certifikat.stand(o)]
    enkelte = (
        ("ca", settings.dfdg.ca),
        ("hooks", settings.hooks.certificate),
        ("hooks-ca", settings.hooks.client_ca),
        ("kafka", settings.kafka.ssl_certfile),
        ("kafka-ca", settings.kafka.ssl_cafile),
    )
    return filer + [(slags, fil.stem, fil) for slags, fil in enkelte if fil is not None]


def hookopsaetning(settings: Settings) -> Hookopsaetning | None:
    """Where DFDG's messages are received; None when nothing is set for it.

    Raises ``Opsaetningsfejl`` when something is set and something is missing, and in production when nothing is.
    """
    h = settings.hooks
    sat = {
        "GATEWAY_HOOKS__CERTIFICATE": h.certificate,
        "GATEWAY_HOOKS__CLIENT_CA": h.client_ca,
        "GATEWAY_HOOKS__CLIENT_FINGERPRINTS": h.client_fingerprints or None,
    }
    mangler = [navn for navn, vaerdi in sat.items() if vaerdi is None]
    if len(mangler) == len(sat) and not settings.produktion:
        return None
    if mangler or h.certificate is None or h.client_ca is None:
        raise Opsaetningsfejl(
            f"the role hooks needs {', '.join(mangler)}; or leave the role out: --roles consume,deliver,publish,ops"
        )
    return Hookopsaetning(h.listen, h.certificate, h.client_ca, h.fingerprints())


def feltnavne(settings: Settings) -> dict[str, str]:
    """The names of the fields in DFDG's messages. Raises ``Opsaetningsfejl`` for a name that does not exist."""
    try:
        return besked.feltnavne(settings.hooks.feltkort())
    except ValueError as fejl:
        raise Opsaetningsfejl(f"GATEWAY_HOOKS__FELTER: {fejl}") from fejl


def carrier_opsaetning(settings: Settings) -> DfdgOpsaetning:
    """The carrier's settings."""
    d = settings.dfdg
    adresser = {r["tjeneste"]: r["url"] for r in laes_csv(d.adresser, ("tjeneste", "url"))} if d.adresser else {}
    return DfdgOpsaetning(
        base_url=d.base_url or "",
        adresser=adresser,
        klientcertifikat=d.client_certificate,
        ca=d.ca,
        connect_timeout=d.connect_timeout,
        send_timeout=d.send_timeout,
        answer_timeout=d.answer_timeout,
        fravaer_transport=d.fravaer_transport,
        soap_version=d.soap_version,
        organisationstype=d.organisationstype,
        organisationshoved=d.organisationshoved,
        brugerhoved=d.brugerhoved,
        brugernavn=d.brugernavn,
        brugerid=d.brugerid,
        koder=koder(settings),
        kodefelter=_navne(d.kodefelter),
        tekstfelter=_navne(d.tekstfelter),
        produktion=settings.produktion,
        forbindelser=d.forbindelser,
        kontroller_skema=d.kontroller_skema,
    )


def _navne(liste: str) -> tuple[str, ...]:
    return tuple(navn.strip() for navn in liste.split(","))

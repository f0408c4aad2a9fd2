"""Every page and every act of the console was walked by the browser: its routes are held against what the browser asked."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from gateway.konsol.konsol import RUTER
from tests.konsol.scene import Scene

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]

#: Acts that need no dry run: they send nothing.
UDEN_PROEVE = {"/log-ind", "/log-ud", "/opgaver/{nr:int}/stop", "/soeg/cpr", "/tilsyn/regn"}
#: The files that walk.
GANGE = ("test_gange.py", "test_gange_styring.py")


def ikke_gaaet(ruter: list[Route], besoegt: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """(method, path of the route, ``tried`` or ``done``) of what there is and nobody walked. A request is the first route's
    that matches it, as when it is answered."""
    gaaet = set()
    for metode, sti, hvordan in besoegt:
        for r in ruter:
            if metode in (r.methods or ()) and r.path_regex.match(sti):
                gaaet.add((metode, r.path, hvordan))
                break
    alle = {(m, r.path, "done") for r in ruter for m in (r.methods or ()) if m != "HEAD"}
    alle |= {(m, p, "tried") for m, p, _ in alle if m == "POST" and p not in UDEN_PROEVE}
    return alle - gaaet


async def test_every_page_and_act_was_walked_in_the_browser(stak: Scene, request: pytest.FixtureRequest) -> None:
    filer = {i.path.name for i in request.session.items}
    if not filer.issuperset(GANGE):
        pytest.skip(f"judges a run of {' and '.join(GANGE)}")
    assert ikke_gaaet(RUTER, stak.besoegt) == set()


def test_a_route_that_nobody_walks_is_named() -> None:
    async def intet(_: object) -> None: ...

    ruter = [
        Route("/a/fast", intet),
        Route("/a/{id}", intet),
        Route("/a/{id}/goer", intet, methods=["POST"]),
    ]
    besoegt = {("GET", "/a/fast", "done"), ("POST", "/a/7/goer", "tried")}
    assert ikke_gaaet(ruter, besoegt) == {("GET", "/a/{id}", "done"), ("POST", "/a/{id}/goer", "done")}
    besoegt |= {("GET", "/a/7", "done"), ("POST", "/a/7/goer", "done")}
    assert ikke_gaaet(ruter, besoegt) == set()
    assert {sti for sti in UDEN_PROEVE if sti not in {r.path for r in RUTER}} == set()

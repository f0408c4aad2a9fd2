"""The runbook: a section an alarm, and commands that the command line has."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer

from gateway.cli import app
from gateway.settings import Settings
from tests.alarmer.byg import RODEN, alarmer

RUNBOOK = (RODEN / "docs/runbook.md").read_text()
AFSNIT = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
_KODE = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)


def kommandoer(tekst: str) -> list[str]:
    """Every `gateway …` of a text, in blocks and in sentences."""
    i_blokke = [linje for blok in _KODE.findall(tekst) for linje in blok.splitlines()]
    i_saetninger = re.findall(r"`(gateway [^`]+)`", _KODE.sub("", tekst))
    return [k for k in [*i_blokke, *i_saetninger] if k.startswith("gateway ")]


ALLE = sorted({k for tekst in AFSNIT.values() for k in kommandoer(tekst)} | set(kommandoer(RUNBOOK)))


def test_every_alarm_has_its_section_and_points_to_it() -> None:
    assert list(AFSNIT) == list(alarmer())
    for navn, alarm in alarmer().items():
        assert alarm["annotations"]["runbook_url"] == f"docs/runbook.md#{navn.lower()}"


@pytest.mark.parametrize("navn", list(AFSNIT))
def test_a_section_says_what_it_means_where_to_look_and_what_to_do(navn: str) -> None:
    tekst = AFSNIT[navn]
    foer, blok, efter = tekst.partition("```")[0], _KODE.findall(tekst), tekst.rpartition("```")[2]
    assert len(foer.split()) > 6
    assert len(blok) == 1
    assert blok[0].startswith("gateway ")
    assert len(efter.split()) > 6


@pytest.mark.parametrize("kommando", ALLE)
def test_every_command_is_one_of_the_gateways_with_its_options_and_arguments(kommando: str) -> None:
    ord_ = [o for o in shlex.split(kommando)[1:] if o != "…"]
    k: Any = typer.main.get_command(app)
    while ord_ and hasattr(k, "commands"):
        assert ord_[0] in k.commands, kommando
        k = k.commands[ord_.pop(0)]
    assert not hasattr(k, "commands"), f"{kommando}: which of its commands?"
    if any(o.endswith(".json") for o in ord_):
        # A file that is nobody's here: its command is not given it, but has the options.
        assert {o for o in ord_ if o.startswith("--")} <= {o for p in k.params for o in p.opts}
    else:
        # The command line's own parser: unknown options and missing arguments are refused, nothing is run.
        k.make_context(k.name, ord_)


def test_every_setting_that_it_names_is_one() -> None:
    for variabel in set(re.findall(r"GATEWAY_[A-Z_]+[A-Z]", RUNBOOK)):
        dele = variabel.removeprefix("GATEWAY_").lower().split("__")
        felter: Any = Settings.model_fields
        assert dele[0] in felter, variabel
        if len(dele) > 1:
            assert dele[1] in felter[dele[0]].annotation.model_fields, variabel

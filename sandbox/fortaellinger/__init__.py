"""Stories of members: what is published, and what must become of it, written down beforehand."""

from sandbox.fortaellinger.generator import flet, generer
from sandbox.fortaellinger.model import (
    Dfdgvirkning,
    Fortaelling,
    Forudsaetninger,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
    Udloeser,
)
from sandbox.fortaellinger.vejledning import fortaellinger

__all__ = [
    "Dfdgvirkning",
    "Fortaelling",
    "Forudsaetninger",
    "ForventetBesked",
    "Forventning",
    "PlanlagtHaendelse",
    "Udloeser",
    "flet",
    "fortaellinger",
    "generer",
]

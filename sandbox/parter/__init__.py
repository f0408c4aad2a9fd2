"""The stand-in parties: plain Kafka clients that know the public interface and nothing of the gateway's code."""

from sandbox.parter.dfdgside import Admindfdg
from sandbox.parter.emner import emner, opret_emner
from sandbox.parter.forestilling import Dfdgside, Forestilling, GikIStaa, Nedbrud, Retter, Stand
from sandbox.parter.indsamler import Indsamler
from sandbox.parter.jobcenter import Jobcentre
from sandbox.parter.udgiver import Udgiver
from sandbox.parter.venteraekker import Venteraekker

__all__ = [
    "Admindfdg",
    "Dfdgside",
    "Forestilling",
    "GikIStaa",
    "Indsamler",
    "Jobcentre",
    "Nedbrud",
    "Retter",
    "Stand",
    "Udgiver",
    "Venteraekker",
    "emner",
    "opret_emner",
]

"""``python -m contracts.schema``: writes the schemas and the AsyncAPI document."""

from contracts.schema import skriv

for sti in skriv():
    print(sti)

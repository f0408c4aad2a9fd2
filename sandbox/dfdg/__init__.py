"""A stand-in for DFDG (Det Fælles Datagrundlag): an own process with real HTTPS and client certificates.

It is a reading of DFDG's public service pages on its own: it shares no code with the gateway. What the public pages
leave open (names on the wire, some error numbers, what counts as a resetting talk) is a setting in
``sandbox.dfdg.indstillinger`` or marked there as made by this project; nothing here is STAR's own schema.

``python -m sandbox.dfdg --help`` starts it, ``sandbox.dfdg.proces`` starts it from a program,
``sandbox.dfdg.klient`` steers it, ``sandbox.dfdg.log`` reads what it wrote down.
"""

"""What operators see, read from the ledger: the top sentence, flow, what is stopped, a citizen's lane, searches, figures.

Never a CPR number. ``akasser`` says whose events may be seen (None: everybody's).
"""

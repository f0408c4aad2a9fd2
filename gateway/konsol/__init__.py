"""The operators' console and API: shows what the ledger's read models say, acts through ``gateway.ledger.betjening``."""

"""The operators' console and API: shows what the ledger's read models say, acts through ``gateway.ledger.betjening``."""

import warnings

from authlib.deprecate import AuthlibDeprecationWarning

# Authlib says at import that its HTTP client will move to another package: nothing that whoever starts the gateway can act on.
warnings.filterwarnings("ignore", category=AuthlibDeprecationWarning, module=r"authlib\.integrations\.httpx_client")

"""The carrier to DFDG: sessions with client certificates, SOAP and REST, one module per service."""

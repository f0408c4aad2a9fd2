"""DFDG's messages as models, after STAR's public service pages (starwiki.atlassian.net); not STAR's own schema.

STAR publishes field tables, not WSDL, XSD or OpenAPI files. Every field carries a mark (``grund.Maerke``): read in a
page, concluded, or made by this project where the pages are silent. The same marks stand in ``contracts/xsd``.
"""

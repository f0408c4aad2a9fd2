"""Commands of the command line, one module a subject: each has ``tilfoej(app)``."""

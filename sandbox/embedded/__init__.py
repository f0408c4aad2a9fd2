"""Kafka, PostgreSQL and certificates without Docker: from packages, on free ports, under one data folder."""

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import IndlejretKafka, KafkaAdresse
from sandbox.embedded.postgres import IndlejretPostgres
from sandbox.embedded.stak import Stak

__all__ = ["IndlejretKafka", "IndlejretPostgres", "KafkaAdresse", "Stak", "TestCA"]

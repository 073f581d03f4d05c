"""The record types: small frozen tables of facts, a sentence, a unit and a source per field."""

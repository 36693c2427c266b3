"""Pydantic models of the wire. No environment, no I/O."""

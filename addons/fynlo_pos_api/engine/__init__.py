"""Arithmetic of a sale. No database, no request."""

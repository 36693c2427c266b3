"""Gateways that run on this machine. They keep real state and misbehave on request."""

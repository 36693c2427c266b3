"""Documents of the till's routes."""

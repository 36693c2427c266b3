"""Other systems, one module each; the only places that talk to them."""

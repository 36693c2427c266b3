"""How one API request works: routing type, body, reply, retries. Knows no resource."""

from . import dispatcher, no_database

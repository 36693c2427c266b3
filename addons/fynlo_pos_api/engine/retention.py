"""How long a company may keep what tills leave behind; see ``fynlo_base``'s own terms."""

from odoo.addons.fynlo_base.engine.retention import ENDED_SESSIONS, STORED_ANSWERS, Term

from .webhook import PERIOD

#: The figures of the kitchen's speed look a week back.
KITCHEN_TICKETS = Term(default=365, minimum=7)
#: While an event is tried again, who receives it can look up what came before.
DELIVERED_EVENTS = Term(default=14, minimum=PERIOD.days)
#: A receiver that was down over a long week-end can be sent everything again.
UNDELIVERED_EVENTS = Term(default=90, minimum=7)
#: Files hold personal data: that of a dry run waits for who wants to run it in earnest.
IMPORT_FILES = Term(default=1, minimum=1, maximum=30)
#: The same file under the same id is not worked off twice, as long as an answer is kept.
IMPORTS = Term(default=365, minimum=7)

#: ``{field of fynlo.retention and of the settings: Term}``.
TERMS = {
    "stored_answers_days": STORED_ANSWERS,
    "ended_sessions_days": ENDED_SESSIONS,
    "kitchen_tickets_days": KITCHEN_TICKETS,
    "delivered_events_days": DELIVERED_EVENTS,
    "undelivered_events_days": UNDELIVERED_EVENTS,
    "import_files_days": IMPORT_FILES,
    "imports_days": IMPORTS,
}

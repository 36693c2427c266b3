"""Find what the suite's own code complained about in an Odoo log.

A test run with such a line has failed.
"""

import re

LEVELS = ("WARNING", "ERROR", "CRITICAL")
TEXT = re.compile(rf"\b({'|'.join(LEVELS)})\b \S+ (odoo\.addons\.fynlo_[\w.]+|py\.warnings)")
JSON_LEVEL = re.compile(rf'"level": ?"({"|".join(LEVELS)})"')
JSON_LOGGER = re.compile(r'"logger": ?"(odoo\.addons\.fynlo_[\w.]+|py\.warnings)"')


def complaints(lines, expected=()):
    """List the lines that are a warning or worse from the suite, text or JSON.

    :param expected: regular expressions of lines that the test provokes
    """
    found = (
        line
        for line in lines
        if TEXT.search(line) or (JSON_LEVEL.search(line) and JSON_LOGGER.search(line))
    )
    return [
        line.rstrip() for line in found if not any(re.search(pattern, line) for pattern in expected)
    ]

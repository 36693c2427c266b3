import random
from datetime import timedelta

from odoo import fields
from odoo.addons.fynlo_base.tests.common import FynloCase
from odoo.tests import tagged

from ..engine.search_text import find_patterns, fold, index_text, phone_digits
from ..schemas.customer_bodies import CustomerQuery
from ..schemas.customers import CustomerPage

_FIRST = ("Ann", "Bo", "Émile", "Jürgen", "Li", "Máire", "O", "Zoë")
_LAST = ("Smith", "O'Brien", "100%", "under_score", "back\\slash", "Straße", "🍕 Pizza", "smith")
_DOMAINS = ("example.com", "mail.example.org")
_START = fields.Datetime.to_datetime("2026-01-01 00:00:00")
_NEVER = fields.Datetime.to_datetime("1900-01-01 00:00:00")
_WORDS = (
    "smith",
    "o'br",
    "%",
    "_",
    "\\",
    "ann",
    "jurgen",
    "STRASSE",
    "example.org",
    "🍕",
    "e",
    "zo",
)
_PHONES = ("555-01", "+1 (212)", "00 1 212", "0123")
_EVIL = ("' OR 1=1 --", "\\'; DROP TABLE res_partner; --", "%%%", "$1", "{}", "a' UNION SELECT 1")


class _Row:
    """A customer as plain Python sees him: filtered without the database."""

    def __init__(self, partner):
        self.id, self.partner = partner.id, partner
        self.text = index_text(
            partner.name, partner.email, partner.ref, phone_digits(partner.phone)
        )
        self.tags = set(partner.category_id.mapped("name"))

    def passes(self, query):
        partner = self.partner
        minor = round(partner.fynlo_total_spent * 100)
        statuses = {query.status} if query.status else {"active", "suspended"}
        return all((
            partner.fynlo_status in statuses,
            query.type in (None, "business" if partner.is_company else "individual"),
            query.segment in (None, partner.fynlo_segment),
            query.tier in (None, partner.fynlo_tier),
            self.tags.issuperset(query.tag_names),
            _lies(partner.create_date, query.created_from, query.created_to),
            _lies(partner.fynlo_last_visit_at, query.last_visit_from, query.last_visit_to),
            query.total_spent_min is None or minor >= query.total_spent_min,
            query.total_spent_max is None or minor <= query.total_spent_max,
            self._holds(query.query or ""),
        ))  # fmt: skip

    def _holds(self, words):
        """Look for each word by itself, as a person would."""
        patterns = find_patterns(words)
        if len(patterns) == 1 and not set(words) - set("0123456789 ()+-./"):
            return patterns[0].strip("%") in self.text
        wanted = fold(words).split()
        return all((word if len(word) > 2 else f" {word}") in self.text for word in wanted)

    def key(self, sort_by):
        partner = self.partner
        last = chr(0x10FFFF)  # no e-mail comes after every e-mail
        value = {
            "createdAt": lambda: partner.create_date,
            "name": lambda: fold(partner.name),
            "email": lambda: partner.email_normalized or last,
            "lastVisitAt": lambda: partner.fynlo_last_visit_at or _NEVER,
            "totalSpent": lambda: partner.fynlo_total_spent,
        }[sort_by]()
        return value, self.id


def _lies(value, start, end):
    if not (start or end):
        return True
    whole = value and value.replace(microsecond=0)
    return bool(whole) and not (
        (start and whole < start.replace(tzinfo=None)) or (end and whole > end.replace(tzinfo=None))
    )


@tagged("post_install", "-at_install")
class TestCustomerSearch(FynloCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20261121)
        # Others have committed customers of their own, archived ones too.
        present = cls.env["res.partner"]._fynlo_customers()
        present.search([("fynlo_is_customer", "=", True)]).fynlo_is_customer = False
        tags = cls.env["res.partner.category"].create([{"name": "lunch"}, {"name": "vip list"}])
        cls.partners = cls.env["res.partner"].create([cls._vals(n, tags) for n in range(120)])
        for number, partner in enumerate(cls.partners):
            # Many equal keys: pages have to stay apart all the same.
            created = _START + timedelta(days=number // 10, microseconds=number % 3)
            visited = _START + timedelta(hours=cls.random.randrange(40)) if number % 4 else None
            cls.env.cr.execute(
                """UPDATE res_partner SET create_date = %s, fynlo_last_visit_at = %s,
                   fynlo_total_spent = %s WHERE id = %s""",
                [created, visited, cls.random.choice((0, 0.1, 19.99, 20, 250.55, -3)), partner.id],
            )
        cls.env.invalidate_all()
        hidden = {"name": "Ann Smith", "fynlo_is_customer": True, "company_id": cls.company_b.id}
        cls.env["res.partner"].create([hidden, {"name": "Ann Smith"}])
        cls.rows = [_Row(partner) for partner in cls.partners]

    @classmethod
    def _vals(cls, number, tags):
        choose = cls.random.choice
        first, last = choose(_FIRST), choose(_LAST)
        mail = f"{fold(first)}{number % 7}@{choose(_DOMAINS)}" if number % 5 else False
        return {
            "name": f"{first} {last}",
            "email": mail,
            "phone": choose((False, f"+1 (212) 555-01{number % 100:02d}", "0123 45 67")),
            "ref": f"K{number:04d}" if number % 3 else False,
            "is_company": number % 6 == 0,
            "fynlo_is_customer": True,
            "fynlo_status": choose(("active", "active", "suspended", "inactive")),
            "fynlo_segment": choose((False, "new", "regular", "vip", "at_risk", "churned")),
            "fynlo_tier": choose((False, "bronze", "silver", "gold", "platinum")),
            "company_id": choose((cls.company.id, False)),
            "category_id": [(6, 0, tags[: number % 3].ids)],
        }

    def search(self, **values):
        """Ask as Ada does; return the ids of the page and the number of all."""
        query = CustomerQuery.model_validate_strings(values)
        env = self.env_as(self.ada, self.store)
        found, total = env["res.partner"]._fynlo_search_customers(query)
        return found.ids, total

    def random_query(self):
        choose = self.random.choice
        instant = (_START + timedelta(hours=self.random.randrange(300))).strftime(
            "%Y-%m-%dT%H:00:00Z"
        )
        possible = {
            "query": choose(_WORDS + _PHONES + ("ann smith", "smith example", "k000")),
            "status": choose(("active", "inactive", "suspended")),
            "type": choose(("individual", "business")),
            "segment": choose(("new", "regular", "vip", "at_risk", "churned")),
            "tier": choose(("bronze", "silver", "gold", "platinum")),
            "tags": choose(("lunch", "lunch, vip list", "vip list", "unheard of")),
            "createdFrom": instant, "createdTo": instant,
            "lastVisitFrom": instant, "lastVisitTo": instant,
            "totalSpentMin": choose(("-300", "0", "10", "1999", "2000", "25055")),
            "totalSpentMax": choose(("-1", "0", "9", "10", "2000", "25055")),
        }  # fmt: skip
        names = self.random.sample(sorted(possible), self.random.choice((0, 1, 1, 2, 2, 3)))
        sort = choose(("createdAt", "name", "email", "lastVisitAt", "totalSpent"))
        return {name: possible[name] for name in names} | {
            "sortBy": sort, "sortOrder": choose(("asc", "desc")),
        }  # fmt: skip

    def expected(self, values):
        query = CustomerQuery.model_validate_strings(values)
        found = [row for row in self.rows if row.passes(query)]
        found.sort(key=lambda row: row.key(query.sort_by), reverse=query.sort_order == "desc")
        return [row.id for row in found]

    def test_any_combination_finds_what_python_finds_in_its_order(self):
        hits = 0
        for _ in range(400):
            values = self.random_query()
            expected = self.expected(values)
            hits += bool(expected)
            self.assertEqual(
                self.search(**values, limit="100"), (expected[:100], len(expected)), values
            )
        self.assertGreater(hits, 150, "the combinations are too narrow to show anything")

    def test_each_parameter_alone_finds_some_and_not_all(self):
        every = len(self.expected({}))
        for values in (
            {"query": "smith"}, {"query": "+1 (212)"}, {"query": "K00"}, {"query": "e"},
            {"status": "suspended"}, {"status": "inactive"}, {"type": "business"},
            {"segment": "vip"}, {"tier": "gold"}, {"tags": "lunch"},
            {"createdFrom": "2026-01-05T00:00:00Z"}, {"createdTo": "2026-01-05T00:00:00Z"},
            {"lastVisitFrom": "2026-01-01T20:00:00Z"}, {"lastVisitTo": "2026-01-01T20:00:00Z"},
            {"totalSpentMin": "2000"}, {"totalSpentMax": "1999"},
        ):  # fmt: skip
            _ids, total = self.search(**values)
            self.assertEqual(total, len(self.expected(values)), values)
            self.assertTrue(0 < total < every or values.get("status") == "inactive", values)

    def test_pages_of_equal_keys_never_overlap(self):
        for sort in ("createdAt", "name", "email", "lastVisitAt", "totalSpent"):
            for direction in ("asc", "desc"):
                order = {"sortBy": sort, "sortOrder": direction}
                pages = [self.search(**order, page=str(n), limit="7")[0] for n in range(1, 20)]
                self.assertEqual(sum(pages, []), self.expected(order), order)

    def test_strings_of_an_attacker_are_words_like_others(self):
        for text in _EVIL:
            for name in ("query", "tags"):
                found = self.search(**{name: text})
                self.assertEqual(found[1], len(self.expected({name: text})), text)
        self.assertEqual(len(self.partners.exists()), 120)

    def test_page_costs_no_more_than_this(self):
        env = self.env_as(self.ada, self.store)
        query = CustomerQuery.model_validate_strings({"query": "smith", "tags": "lunch"})
        self.env.invalidate_all()
        env["res.partner"]._fynlo_search_customers(query)  # reads what Odoo keeps: rules, groups
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(11):
            found, total = env["res.partner"]._fynlo_search_customers(query)
            CustomerPage.of(found, total, query).model_dump_json()


@tagged("post_install", "-at_install")
class TestSearchText(FynloCase):
    def test_phone_is_its_digits_without_the_country_s_zeros(self):
        for phone, digits in (
            ("+49 (0)30 1234-5", "4903012345"), ("0049 30 12345", "493012345"),
            ("030/12345", "3012345"), ("", ""), (None, ""),
        ):  # fmt: skip
            self.assertEqual(phone_digits(phone), digits)

    def test_short_words_are_found_where_a_word_begins(self):
        self.assertEqual(find_patterns("Jo Müller"), ["% jo%", "%muller%"])
        self.assertEqual(find_patterns("  "), [])
        self.assertEqual(find_patterns("12"), ["% 12%"])
        self.assertEqual(find_patterns("5_%\\"), [r"%5\_\%\\%"])

"""What a till gets of customers and employees."""

from ..engine.collection import Collection, Source
from .sync_row import JsonText, Millis, SyncRow


class CustomerRow(SyncRow):
    """A customer, as lists of customers tell him; ``tags`` is a list of names."""

    number: str | None
    type: str
    status: str
    segment: str | None
    tier: str | None
    name: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    tags: JsonText
    note: str | None
    created_at: Millis
    last_visit_at: Millis | None
    total_spent: int
    order_count: int
    currency: str
    version: int


CUSTOMERS = Collection(
    name="customers",
    table="res_partner",
    columns=(
        "active", "company_id", "fynlo_is_customer", "ref", "is_company", "fynlo_status",
        "fynlo_segment", "fynlo_tier", "name", "fynlo_first_name", "fynlo_last_name", "email",
        "phone", "comment", "fynlo_last_visit_at", "fynlo_total_spent", "fynlo_order_count",
        "fynlo_version",
    ),
    reader="fynlo.pull.customers",
    row=CustomerRow,
    company="changed.company_id",
    where="changed.fynlo_is_customer",
    sources=(
        Source("res_partner_res_partner_category_rel", "SELECT changed.partner_id"),
        Source(
            "res_partner_category",
            """SELECT partner_id FROM res_partner_res_partner_category_rel
               WHERE category_id = changed.id""",
            ("name",),
        ),
        # Contacts of users and employees are read by other rules.
        Source("res_users", "SELECT changed.partner_id", ("partner_id", "active", "share")),
        Source(
            "hr_employee",
            "SELECT changed.work_contact_id",
            ("work_contact_id", "active"),
            company="changed.company_id",
        ),
    ),
)  # fmt: skip


class EmployeeRow(SyncRow):
    """Somebody who may sign in at the store; ``hasPin`` tells whether he can by PIN."""

    name: str
    role: str
    job: str | None
    has_pin: bool


EMPLOYEES = Collection(
    name="employees",
    table="hr_employee",
    columns=(
        "name", "active", "company_id", "user_id", "fynlo_role", "fynlo_pin_set_at",
        "current_version_id",
    ),
    reader="fynlo.pull.employees",
    row=EmployeeRow,
    company="changed.company_id",
    where="changed.fynlo_role IS NOT NULL",
    sources=(
        Source("hr_version", "SELECT changed.employee_id", ("employee_id", "job_title")),
        Source("fynlo_employee_store_rel", "SELECT changed.employee_id"),
        Source(
            "fynlo_user_store_rel", "SELECT id FROM hr_employee WHERE user_id = changed.user_id"
        ),
    ),
)  # fmt: skip

"""A customer as a row of a file gives him: new, or changed."""

from pydantic import model_validator

from .customer_bodies import CustomerCreate, CustomerStatus, CustomerUpdate, Name


class _Row:
    """What a batch knows of its rows together, each can be asked without."""

    def without(self, *names):
        """Return it as if these fields had not been given."""
        declared = type(self).model_fields.items()
        fields = {info.alias: getattr(self, name) for name, info in declared}
        return type(self).model_construct(self.model_fields_set - set(names), **fields)


class CustomerRowUpdate(_Row, CustomerUpdate):
    """What ``PUT /customers/{id}`` takes."""


class CustomerRow(_Row, CustomerCreate):
    """What ``POST /customers`` takes, and a status; a business may be without a contact's name."""

    first_name: Name | None
    status: CustomerStatus = "active"

    @model_validator(mode="after")
    def _check_named(self):
        is_named = self.business_name if self.type == "business" else self.first_name
        if not (is_named or self.first_name):
            raise ValueError("firstName is needed, or the businessName of a business")
        return self

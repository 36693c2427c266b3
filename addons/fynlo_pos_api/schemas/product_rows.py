"""A new product as a row of a file gives it."""

from .product_bodies import ProductCreate


class ProductRow(ProductCreate):
    """What ``POST /products`` takes, and whether it is on sale."""

    active: bool = True

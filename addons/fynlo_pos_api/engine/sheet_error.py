"""Why a file of a table cannot be read."""


class SheetError(Exception):
    """The file as a whole cannot be read; ``code`` names why.

    :ivar row: number of the row, ``None`` when it is none's
    """

    def __init__(self, code, message, row=None):
        super().__init__(message)
        self.code, self.row = code, row

"""docs/errors.md says what the code says, and every code means one thing."""

from collections import Counter

import pytest

from tools.errors_doc import TARGET, read_errors, render


def test_the_document_is_current():
    assert TARGET.read_text() == render(read_errors()), "Run python3 tools/errors_doc.py"


def test_every_code_belongs_to_one_class():
    codes = Counter(error.code for error in read_errors())
    assert [code for code, count in codes.items() if count > 1] == []


def test_every_status_is_an_error_and_every_message_a_sentence():
    for error in read_errors():
        assert 400 <= error.status <= 599, error
        assert error.message.endswith("."), error


def write_addon(root, source):
    folder = root / "addons" / "fynlo_base"
    folder.mkdir(parents=True)
    (folder / "exceptions.py").write_text(source)
    return root


ROOT_CLASS = '''
class FynloError(UserError):
    """Base."""
    status = 422
    code = "business_rule"
    message = "A rule."
'''


def test_a_class_inherits_what_it_does_not_say(tmp_path):
    source = (
        ROOT_CLASS
        + '''
class TeapotError(FynloError):
    """It is
    a ``teapot``."""
    status, code = 418, "teapot"
'''
    )
    (error,) = read_errors(write_addon(tmp_path, source))
    assert (error.status, error.code, error.message) == (418, "teapot", "A rule.")
    assert error.when == "It is a `teapot`."


@pytest.mark.parametrize(
    "source",
    [
        'class SilentError(FynloError):\n    code = "silent"\n',
        'class StrayError(Elsewhere):\n    """Its base is unknown."""\n',
        'class LateError(FynloError):\n    """Its code is computed."""\n    code = "la" + name\n',
    ],
)
def test_a_class_that_is_not_plain_is_refused(tmp_path, source):
    with pytest.raises(ValueError):
        read_errors(write_addon(tmp_path, ROOT_CLASS + source))

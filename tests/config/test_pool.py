from firstwin.config import pool
from firstwin.shared import row_security


def test_a_pooled_connection_forgets_what_row_level_security_asks_it() -> None:
    assert f"set_config('{row_security.SETTING}', '', false)" in pool.FORGET_WORKSPACE

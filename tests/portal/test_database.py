"""How the portal connects to its database."""

import pytest

from portal import database
from portal import settings as project


@pytest.mark.parametrize("prepares", [True, False])
def test_behind_a_pooler_no_cursor_is_kept_by_the_server(prepares):
    """pgbouncer in transaction mode gives the next statement another connection, which knows no cursor."""
    url = "postgres://portal:secret@pooler/portal"
    chosen = database.configuration(project.BASE_DIR, url, prepares=prepares)
    assert chosen["DISABLE_SERVER_SIDE_CURSORS"] is not prepares
    assert ("prepare_threshold" in chosen["OPTIONS"]) is prepares

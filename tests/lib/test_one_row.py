"""What is set up once for the whole portal: its row is stored when somebody changes it, not when a page is
shown."""

import pytest

from accounts.models import SignInPolicy
from cases.models import CaseDesk
from invoices.models import InvoiceSettings
from portal.models import Site


@pytest.mark.parametrize("model", [CaseDesk, InvoiceSettings, SignInPolicy, Site])
@pytest.mark.django_db
def test_until_it_is_stored_it_is_read_as_it_is_by_default(model):
    model.objects.all().delete()
    read = model.objects.the_one()
    assert not model.objects.exists()
    stored = model.objects.stored()
    names = [field.attname for field in model._meta.concrete_fields]
    assert [getattr(read, name) for name in names] == [getattr(stored, name) for name in names]
    assert model.objects.the_one() == stored

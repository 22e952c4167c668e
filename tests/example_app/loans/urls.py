from records.urls import record_urls
from tests.example_app.loans.surface import LOANS

app_name = "loans"
urlpatterns = record_urls(LOANS)

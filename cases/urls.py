from django.urls import path

from cases.surface import CASES
from cases.views import conduct, entitlements, insight, opening
from records.urls import record_urls

app_name = "cases"
urlpatterns = record_urls(
    CASES,
    "cases/",
    own=[
        path("cases/entitlements/", entitlements.entitlement_list, name="entitlements"),
        path("cases/entitlements/<int:pk>/", entitlements.entitlement_detail, name="entitlement"),
        path("cases/entitlements/<int:pk>/csv/", entitlements.entitlement_csv, name="entitlement_csv"),
        path("cases/insight/", insight.insight, name="insight"),
        path("cases/new/", opening.case_new, name="new"),
        path("cases/new/draft/", opening.case_draft, name="new_draft"),
        path("cases/new/suggestion/", opening.suggestion_read, name="suggestion_read"),
        path("cases/new/solved/", opening.suggestion_solved, name="suggestion_solved"),
        path("cases/<slug:number>/follow/", conduct.case_follow, {"surface": CASES}, name="follow"),
        path(
            "cases/<slug:number>/people/<int:pk>/remove/",
            conduct.participant_remove,
            name="participant_remove",
        ),
        path("cases/<slug:number>/do/<slug:deed>/", conduct.conduct, name="conduct"),
    ],
)

from django.urls import path

from cases.surface import CASES
from cases.views import conduct, conversation, entitlements, inbound, insight, lists, opening

app_name = "cases"
urlpatterns = [
    path("cases/", lists.case_list, name="list"),
    path("cases/views/", lists.view_save, name="view_save"),
    path("cases/views/<int:pk>/delete/", lists.view_delete, name="view_delete"),
    path("cases/export/<slug:kind>/", lists.case_export, name="export"),
    path("cases/entitlements/", entitlements.entitlement_list, name="entitlements"),
    path("cases/entitlements/<int:pk>/", entitlements.entitlement_detail, name="entitlement"),
    path("cases/entitlements/<int:pk>/csv/", entitlements.entitlement_csv, name="entitlement_csv"),
    path("cases/insight/", insight.insight, name="insight"),
    path("cases/new/", opening.case_new, name="new"),
    path("cases/new/draft/", opening.case_draft, name="new_draft"),
    path("cases/new/suggestion/", opening.suggestion_read, name="suggestion_read"),
    path("cases/new/solved/", opening.suggestion_solved, name="suggestion_solved"),
    path("cases/preview/", conversation.preview, name="preview"),
    path("cases/<slug:number>/", conversation.case_detail, name="detail"),
    path("cases/<slug:number>/reply/", conversation.case_reply, name="reply"),
    path("cases/<slug:number>/reply/draft/", conversation.reply_draft, name="reply_draft"),
    path("cases/<slug:number>/reply/<int:pk>/", conversation.reply_edit, name="reply_edit"),
    path("cases/<slug:number>/follow/", conduct.case_follow, {"surface": CASES}, name="follow"),
    path(
        "cases/<slug:number>/people/<int:pk>/remove/", conduct.participant_remove, name="participant_remove"
    ),
    path("cases/<slug:number>/do/<slug:deed>/", conduct.conduct, name="conduct"),
    path("mail/inbound/", inbound.inbound_mail, name="inbound_mail"),
]

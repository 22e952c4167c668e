from django.urls import path

from cases import views

app_name = "cases"
urlpatterns = [
    path("cases/", views.case_list, name="list"),
    path("cases/new/", views.case_new, name="new"),
    path("cases/<slug:number>/", views.case_detail, name="detail"),
    path("cases/<slug:number>/reply/", views.case_reply, name="reply"),
    path("attachments/<uuid:pk>/", views.attachment, name="attachment"),
]

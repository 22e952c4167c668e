from django.urls import path

from accounts.views.users import address, imports, joining, people, review

urlpatterns = [
    path("users/", people.user_list, name="user_list"),
    path("users/new/", people.user_new, name="user_new"),
    path("users/known/", people.user_known, name="user_known"),
    path("users/import/", imports.user_import, name="user_import"),
    path("users/import/example.csv", imports.user_import_example, name="user_import_example"),
    path("users/import/<int:pk>/", imports.user_import_detail, name="user_import_detail"),
    path("users/import/<int:pk>/start/", imports.user_import_start, name="user_import_start"),
    path("users/requests/", joining.join_request_list, name="join_request_list"),
    path("users/requests/<int:pk>/", joining.join_request_decide, name="join_request_decide"),
    path("users/review/", review.access_review, name="access_review"),
    path("users/<int:pk>/", people.user_edit, name="user_edit"),
    path("users/<int:pk>/invite/", people.user_invite, name="user_invite"),
    path("users/<int:pk>/reactivate/", people.user_reactivate, name="user_reactivate"),
    path("join/", joining.join, name="join"),
    path("confirm-address/<str:token>/", address.contact_address_confirm, name="contact_address_confirm"),
]

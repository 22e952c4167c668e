from django.urls import path

from accounts.views.profile import profile, security, sessions

urlpatterns = [
    path("", profile.profile, name="profile"),
    path("security/", security.security, name="security"),
    path("security/confirm-address/", security.send_address_confirmation, name="send_address_confirmation"),
    path("security/sessions/", sessions.session_list, name="session_list"),
    path("security/sessions/end/", sessions.session_end, name="session_end"),
    path("security/sessions/end-others/", sessions.session_end_others, name="session_end_others"),
]

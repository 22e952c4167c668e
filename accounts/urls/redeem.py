from django.urls import path

from accounts.views import redeem

urlpatterns = [
    path("", redeem.redeem, name="redeem"),
    path("invitation/", redeem.redeem_invitation, name="redeem_invitation"),
    path("send-code/", redeem.redeem_send_code, name="redeem_send_code"),
    path("confirm/", redeem.redeem_confirm, name="redeem_confirm"),
    path("register/", redeem.redeem_register, name="redeem_register"),
    path("switch/", redeem.redeem_switch, name="redeem_switch"),
    path("new-link/", redeem.redeem_new_link, name="redeem_new_link"),
    path("<str:code>/", redeem.redeem_link, name="redeem_link"),
]

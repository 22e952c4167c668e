from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from portal.site.addresses import PAGE_URL_NAME
from portal.views import (
    brand,
    health,
    home,
    log,
    mailbox,
    pages,
    personal_data,
    preferences,
    search,
    search_engines,
    users,
)
from records.views.files import file
from records.views.inbound import inbound_mail

# The administration has no door of its own: its sign-in is the portal's, with the same limits and second
# factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.search_suggest, name="search_suggest"),
    path("profile/", include("accounts.urls.profile")),
    path("profile/data/", personal_data.personal_data, name="personal_data"),
    path("profile/data/download/", personal_data.personal_data_download, name="personal_data_download"),
    path("profile/data/erasure/", personal_data.erasure, name="erasure"),
    path("profile/data/erasure/withdraw/", personal_data.erasure_withdraw, name="erasure_withdraw"),
    path("preferences/theme/", preferences.set_theme, name="set_theme"),
    path("preferences/contact/", preferences.switch_contact, name="switch_contact"),
    path("brand.css", brand.brand_css, name="brand_css"),
    path("brand/<slug:which>/", brand.brand_image, name="brand_image"),
    path("robots.txt", search_engines.robots_txt, name="robots_txt"),
    path("sitemap.xml", search_engines.sitemap, name="sitemap"),
    path("healthz", health.healthz, name="healthz"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.mail, name="mailbox_mail"),
    path("", include("accounts.urls.second_factor")),
    path("accounts/terms/", include("accounts.urls.terms")),
    path("accounts/preview/", include("accounts.urls.preview")),
    path("accounts/", include("accounts.urls.identities")),
    path("accounts/", include("allauth.account.urls")),
    path("redeem/", include("accounts.urls.redeem")),
    path("users/log/", log.user_log, name="user_log"),
    path("users/log/export/", log.user_log_export, name="user_log_export"),
    path("users/<int:pk>/deactivate/", users.user_deactivate, name="user_deactivate"),
    path("", include("accounts.urls.users")),
    path("admin/", admin.site.urls),
    path("mail/inbound/", inbound_mail, name="inbound_mail"),
    path("files/<slug:type_name>/<uuid:pk>/", file, name="file"),
    path("", include("cases.urls")),
    path("knowledgebase/", include("knowledgebase.urls")),
    path("forums/", include("forums.urls")),
    path("invoices/", include("invoices.urls")),
    path("<path:path>", pages.page, name=PAGE_URL_NAME),  # the last one: whatever nothing else answers
]

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.permission_denied"
handler404 = "portal.views.errors.not_found"
handler429 = "portal.views.errors.too_many_requests"  # asked for by allauth's rate limits
handler500 = "portal.views.errors.server_error"

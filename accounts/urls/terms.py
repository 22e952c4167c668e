from django.urls import path

from accounts.views import terms

urlpatterns = [path("", terms.terms, name="terms")]

from django.urls import path

from accounts.views import preview

urlpatterns = [path("end/", preview.preview_end, name="preview_end")]

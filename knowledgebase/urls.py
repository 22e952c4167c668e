from django.urls import path

from knowledgebase import views
from knowledgebase.surface import ARTICLES
from records.urls import follow_urls

app_name = "knowledgebase"

urlpatterns = [
    path("", views.article_list, name="list"),
    path("category/<slug:slug>/", views.category_detail, name="category"),
    path("<slug:slug>/", views.article_detail, name="detail"),
    path("<slug:slug>/feedback/", views.feedback, name="feedback"),
    *follow_urls(ARTICLES),
]

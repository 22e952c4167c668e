from django.urls import path

from forums import views
from forums.surface import TOPICS
from records.urls import follow_urls, record_urls

app_name = "forums"

TOPIC = "<slug:forum_slug>/<int:pk>-<slug:slug>/"

urlpatterns = [
    path("", views.forum_list, name="list"),
    *record_urls(TOPICS, "<slug:forum_slug>/"),
    path("<slug:forum_slug>/new/", views.topic_new, name="new"),
    path(TOPIC, views.topic_detail, name="detail"),
    path(TOPIC + "reply/", views.reply, name="reply"),
    *follow_urls(TOPICS, at="<slug:forum_slug>/<int:number>-<slug:slug>/"),
    path(TOPIC + "answer/<int:post_pk>/", views.mark_answer, name="mark_answer"),
    path(TOPIC + "answer/none/", views.unmark_answer, name="unmark_answer"),
]

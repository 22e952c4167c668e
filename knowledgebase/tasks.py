from procrastinate.contrib.django import app

from knowledgebase.notices import TELL_FOLLOWERS, mail_followers
from lib.jobs import RETRY


@app.task(name=TELL_FOLLOWERS, retry=RETRY)
def tell_followers(article_id: int) -> None:
    mail_followers(article_id=article_id)

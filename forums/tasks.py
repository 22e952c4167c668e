from procrastinate.contrib.django import app

from forums.notices import TELL_FOLLOWERS, mail_followers
from lib.jobs import RETRY


@app.task(name=TELL_FOLLOWERS, retry=RETRY)
def tell_followers(post_id: int) -> None:
    mail_followers(post_id=post_id)

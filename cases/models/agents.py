from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from accounts.models import User

READING = ("view_case", "change_case")


def agents() -> QuerySet[User]:
    """Staff who may read cases: to whom one can be assigned, and who can be mentioned in a note."""
    rights = Permission.objects.filter(content_type__app_label="cases", codename__in=READING)
    given = Q(user_permissions__in=rights) | Q(groups__permissions__in=rights)
    able = User.objects.filter(given).values("pk")
    allowed = User.objects.filter(Q(is_superuser=True) | Q(pk__in=able), is_staff=True, is_active=True)
    return allowed.order_by("first_name", "last_name", "pk")

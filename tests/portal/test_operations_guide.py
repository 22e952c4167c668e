"""What docs/operations.md gives to copy agrees with the files that it names, and keeps what was tried."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from django.conf import settings

GUIDE = (settings.BASE_DIR / "docs" / "operations.md").read_text()
AWAY = (settings.BASE_DIR / "deploy" / "nginx" / "away.html").read_text()
UNITS = [block for block in re.findall(r"```ini\n(.*?)```", GUIDE, re.DOTALL) if "ExecStart=" in block]
(NGINX,) = re.findall(r"```nginx\n(.*?)```", GUIDE, re.DOTALL)


def test_the_style_of_nginxs_own_page_is_the_one_that_its_policy_allows():
    (style,) = re.findall(r"<style>(.*?)</style>", AWAY, re.DOTALL)
    assert f"style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in NGINX
    assert " style=" not in AWAY


def test_nginxs_own_page_asks_for_nothing_that_is_away_too():
    assert re.findall(r'(?:src|href|url)="([^"]*)"', AWAY) == ["data:,", ""]
    assert "<script" not in AWAY
    assert "alias /srv/customer-portal/deploy/nginx/away.html;" in NGINX


def test_nginx_leaves_no_server_alone_after_an_error_that_a_restart_costs():
    (upstream,) = re.findall(r"upstream portal \{(.*?)\n\}", NGINX, re.DOTALL)
    servers = re.findall(r"^    server (.*?);", upstream, re.MULTILINE)
    assert servers
    assert [server for server in servers if "max_fails=0" not in server] == []


def test_nginx_compresses_nothing_because_the_portal_knows_which_pages_show_secrets():
    (server,) = [part for part in NGINX.split("\nserver {")[1:] if "proxy_pass" in part]
    assert re.findall(r"gzip\w* \w+;", server) == ["gzip off;"]


def test_nginx_logs_no_addresses_of_pages_because_those_carry_codes():
    (line,) = re.findall(r"log_format portal (.*?);", NGINX, re.DOTALL)
    assert re.findall(r"\$(?:request|request_uri|uri|args|http_referer)\b", line) == []
    assert set(re.findall(r"access_log \S+ (\w+);", NGINX)) == {"portal"}
    assert re.findall(r"error_log \S+ (\w+);", NGINX) == ["crit"]  # errors come with the request


def test_nginx_sends_nobody_to_the_host_that_a_client_names():
    assert re.findall(r"return 301 (\S+);", NGINX) == ["https://$server_name$request_uri"]


def test_nginx_writes_one_log_of_requests_for_both_ports():
    assert re.findall(r"access_log (\S+)", NGINX) == ["/var/log/nginx/portal.log"] * 2


@pytest.mark.parametrize("unit", UNITS)
def test_services_come_back_however_they_end_and_are_never_reloaded(unit):
    """A reload would run new views with the models, settings and middleware that were loaded before."""
    assert "Restart=always" in unit
    assert "ExecReload" not in unit


def test_both_services_are_described():
    assert len(UNITS) == 2

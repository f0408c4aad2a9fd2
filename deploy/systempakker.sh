#!/usr/bin/env bash
# System packages that some tests use. As root on Debian they are installed; elsewhere their tests are skipped by name.
set -euo pipefail
debian() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# Of Debian's prometheus only promtool is wanted: installed whole, the package would start a server.
hent_promtool() {
  local mappe
  mappe=$(mktemp -d)
  chmod 755 "$mappe"
  (cd "$mappe" && apt-get download -qq prometheus >/dev/null 2>&1 && dpkg-deb -x prometheus_*.deb ud) &&
    install -m 755 "$mappe/ud/usr/bin/promtool" .venv/bin/promtool
  local svar=$?
  rm -rf "$mappe"
  return $svar
}

mangler=()
command -v kcat >/dev/null || mangler+=(kcat)
command -v chromium >/dev/null || mangler+=(chromium fonts-dejavu-core)
promtool=1
command -v promtool >/dev/null || [ -x .venv/bin/promtool ] || promtool=0
[ ${#mangler[@]} -eq 0 ] && [ $promtool = 1 ] && exit 0
if debian && apt-get update -qq >/dev/null; then
  if [ ${#mangler[@]} -gt 0 ]; then
    echo "installing ${mangler[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${mangler[@]}" >/dev/null && mangler=()
  fi
  if [ $promtool = 0 ]; then
    echo "fetching promtool"
    hent_promtool && promtool=1
  fi
fi
[ $promtool = 1 ] || mangler+=(promtool)
[ ${#mangler[@]} -eq 0 ] && exit 0
# Everything else works without them, so setting up goes on.
echo "not installed: ${mangler[*]}; the tests that use them are skipped (tests/ende_til_ende: kcat; tests/alarmer: promtool; tests/konsol: chromium)"

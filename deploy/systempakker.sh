#!/usr/bin/env bash
# System packages that some tests use. As root on Debian they are installed; elsewhere their tests are skipped by name.
set -euo pipefail
mangler=()
command -v kcat >/dev/null || mangler+=(kcat)
[ ${#mangler[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${mangler[*]}"
  if apt-get update -qq >/dev/null &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${mangler[@]}" >/dev/null; then
    exit 0
  fi
fi
# Everything else works without them, so setting up goes on.
echo "not installed: ${mangler[*]}; the tests that use them are skipped (tests/ende_til_ende: kcat)"

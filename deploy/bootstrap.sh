#!/bin/sh
# Installs what this checkout needs and lacks, and nothing else: `bootstrap.sh up` to run the
# system, `bootstrap.sh test` to test it too, `bootstrap.sh bench` to measure it. Safe to repeat;
# quick when nothing is missing.
#
# From the distribution come only the venv module, RabbitMQ and Chromium; everything else stays
# inside the checkout (.venv, .motcua/uv, node_modules).
set -eu

UV_VERSION=0.13.9
purpose=${1:-up}
cd "$(dirname "$0")/.."
stamps=.motcua/stamps
mkdir -p "$stamps"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

case $purpose in
    up) groups="--no-group test" ;;
    test) groups= ;;
    bench) groups="--group bench" ;;
    *) fail "bootstrap.sh prepares for 'up', 'test' or 'bench', not for '$purpose'." ;;
esac

# --- what the distribution provides ------------------------------------------------------------

command -v python3 >/dev/null || fail "Python is missing: install it with 'apt-get install python3'."
python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' ||
    fail "Python 3.11, 3.12 or 3.13 is needed; $(command -v python3) is $(python3 -V)."

missing=
python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
if [ -z "${AMQP_URI:-}" ] && ! [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; then
    missing="$missing rabbitmq-server"
fi
if [ "$purpose" = test ] && ! command -v chromium >/dev/null; then
    missing="$missing chromium"
fi
if [ -n "$missing" ]; then
    command="apt-get install -y --no-install-recommends$missing"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null ||
            fail "Some packages are missing and may not be installed from here; run this first:" \
                "sudo $command"
        as_root="sudo -n"
    fi
    command -v apt-get >/dev/null ||
        fail "These packages are missing, and there is no apt-get to install them:$missing."
    say "Installing$missing ..."
    log=.motcua/apt.log
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # shellcheck disable=SC2086 # words are meant
    { $as_root apt-get update && $as_root $command; } >"$log" 2>&1 ||
        fail "Installing$missing failed ($(tail -n 1 "$log")); see $log, or run it by hand: $command"
fi

# --- Python packages, as locked ----------------------------------------------------------------

# a moved checkout breaks a venv's scripts, hence the try
if ! .motcua/uv/bin/uv --version 2>/dev/null | grep -q "^uv $UV_VERSION"; then
    say "Installing uv $UV_VERSION ..."
    rm -rf .motcua/uv
    python3 -m venv .motcua/uv
    .motcua/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" ||
        fail "uv $UV_VERSION could not be installed; is the package index reachable?"
fi

packages="$stamps/packages-$purpose"
if ! [ -x .venv/bin/motcua ] || ! [ "$packages" -nt uv.lock ] || ! [ "$packages" -nt pyproject.toml ]; then
    say "Installing the locked Python packages ..."
    UV_PYTHON_DOWNLOADS=never
    UV_PYTHON=${UV_PYTHON:-python3}
    export UV_PYTHON_DOWNLOADS UV_PYTHON
    unset VIRTUAL_ENV
    # inexact: starting the system does not take away what the tests need
    # shellcheck disable=SC2086 # words are meant
    .motcua/uv/bin/uv sync --quiet --locked --inexact --compile-bytecode $groups ||
        fail "The Python packages could not be installed; the lines above say why."
    touch "$packages"
fi

# --- front-end assets --------------------------------------------------------------------------

assets=services/portal/assets
built="$stamps/assets"
if [ -f "$assets/package.json" ]; then
    if ! [ -d services/portal/static/build ] || ! [ -d "$assets/node_modules" ] || ! [ -f "$built" ] ||
        [ -n "$(find "$assets" -name node_modules -prune -o -newer "$built" -print | head -n 1)" ]; then
        major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
        if [ "${major:-0}" -lt 18 ] || ! command -v npm >/dev/null; then
            PATH="$PWD/.venv/bin:$PATH" # the one that is a Python package
            export PATH
        fi
        say "Building the front-end assets ..."
        (cd "$assets" && npm ci --silent --no-audit --no-fund && npm run --silent build) >&2 ||
            fail "The front-end assets could not be built; the lines above say why."
        touch "$built"
    fi
fi

"""A private RabbitMQ from the distribution's package, beside whatever the system itself runs.

It has its own node name, ports, cookie, folders and name service (epmd), all on the loopback
interface, so that it neither disturbs nor is disturbed by another broker on the machine, and
leaves nothing behind when it ends.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kernel.errors import Unavailable
from motcua.local.ports import Ports
from motcua.local.programs import Check, Program, Stage, listens

# not the wrapper in PATH: that one insists on the system's own user and folders
_BLOCKED_SECONDS = 1.0
SERVER_SCRIPTS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/rabbitmq/sbin/rabbitmq-server")


def programs(ports: Ports, home: Path) -> tuple[Program, ...]:
    """Return the name service and the broker, after writing their files below `home`.

    Raises `Unavailable` where RabbitMQ is not installed.
    """
    server = installed()
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    epmd = {"ERL_EPMD_PORT": str(ports.epmd), "ERL_EPMD_ADDRESS": "127.0.0.1"}
    return (
        Program("names", Stage.NAMES, (_epmd(),), listens(ports.epmd), epmd, stop_seconds=3),
        Program(
            "broker",
            Stage.SERVERS,
            (server,),
            accepts(uri(ports)),
            {**epmd, **_environment(ports, home)},
            stop_seconds=30,
        ),
    )


def uri(ports: Ports) -> str:
    """Return where the private broker is reached."""
    return f"amqp://guest:guest@127.0.0.1:{ports.amqp}//"


def accepts(amqp_uri: str) -> Check:
    """Return a check that a broker completes its handshake (it listens some time before that)."""

    def check() -> bool:
        from kombu import Connection
        from kombu.exceptions import KombuError

        connection = Connection(amqp_uri, connect_timeout=3)
        try:
            connection.connect()
        except (OSError, KombuError, *connection.connection_errors):
            return False
        finally:
            connection.release()
        return True

    return check


def alarm(amqp_uri: str) -> str:
    """Return why a broker takes no messages now (memory, disk), or nothing while it does.

    A broker tells that a connection is blocked once something is published on it; the message
    published here is for nobody. Raises OSError where it does not answer.
    """
    from kombu import Connection
    from kombu.exceptions import OperationalError

    reasons: list[str] = []
    connection = Connection(
        amqp_uri, connect_timeout=3, transport_options={"on_blocked": reasons.append}
    )
    try:
        channel = connection.channel()
        channel.basic_publish(
            channel.prepare_message(b""), exchange="", routing_key="motcua.nobody"
        )
        connection.drain_events(timeout=_BLOCKED_SECONDS)
    except TimeoutError:
        pass
    except (OperationalError, *connection.connection_errors) as error:
        raise OSError(str(error) or type(error).__name__) from error
    finally:
        connection.collect()  # a blocked broker would not answer a farewell
    return reasons[0] if reasons else ""


def _environment(ports: Ports, home: Path) -> dict[str, str]:
    # a node's name must not change, or it no longer finds its own data
    settings = home / "rabbitmq.conf"
    settings.write_text(
        f"listeners.tcp.1 = 127.0.0.1:{ports.amqp}\n"
        "disk_free_limit.absolute = 64MB\n"
        "raft.wal_max_size_bytes = 33554432\n"
        "log.console = true\n"
        "log.console.level = warning\n"
        "log.file = false\n"
    )
    plugins = home / "enabled_plugins"
    plugins.write_text("[].\n")
    variables = home / "rabbitmq-env.conf"
    variables.write_text("")
    return {
        "HOME": str(home),
        "RABBITMQ_NODENAME": "motcua@localhost",
        "RABBITMQ_NODE_PORT": str(ports.amqp),
        "RABBITMQ_DIST_PORT": str(ports.dist),
        "RABBITMQ_CONFIG_FILE": str(settings),
        "RABBITMQ_CONF_ENV_FILE": str(variables),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2"
        ),
        # makes the script give way to the server, so that a signal reaches the server itself
        "RUNNING_UNDER_SYSTEMD": "true",
    }


def installed() -> str:
    for script in SERVER_SCRIPTS:
        if os.access(script, os.X_OK):
            return script
    raise Unavailable(
        "no-rabbitmq",
        "Máy này chưa có RabbitMQ: hãy chạy `sudo apt-get install rabbitmq-server`, "
        "hoặc đặt AMQP_URI trỏ tới một máy chủ có sẵn.",
        "RabbitMQ is not installed here: run `sudo apt-get install rabbitmq-server`, "
        "or point AMQP_URI at a server.",
    )


def _epmd() -> str:
    found = shutil.which("epmd")
    if found is None:
        raise Unavailable(
            "no-erlang",
            "Máy này chưa có Erlang: hãy chạy `sudo apt-get install rabbitmq-server`.",
            "Erlang is not installed here: run `sudo apt-get install rabbitmq-server`.",
        )
    return found

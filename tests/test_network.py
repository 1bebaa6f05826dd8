"""No test reaches beyond this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_another_host_is_not_reached(host):
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection((host, 443), timeout=1)


def test_this_machine_is():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()

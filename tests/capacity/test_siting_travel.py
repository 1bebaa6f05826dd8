import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import numpy as np
import pytest

from localcare.capacity.calc import routing, travel

POINTS = np.array([[51.27, 0.52], [51.19, 0.27]])
SITES = np.array([[51.27, 0.52], [51.13, 0.26], [51.05, 0.49]])


def test_the_model_of_travel_in_figures():
    figures = travel.likely() | {"detour": 1.5, "near_speed": 30.0, "near_km": 6.0, "far_speed": 60.0, "car_ends": 3.0}
    assert travel.by_car(np.array([[0.0, 4.0, 10.0]]), figures).tolist() == [[3.0, 15.0, 24.0]]
    slow = figures | {"walk_speed": 5.0, "walk_detour": 1.0, "bus_speed": 15.0, "bus_walk": 8.0}
    slow |= {"bus_wait_town": 10.0, "bus_wait_country": 30.0}
    minutes = travel.without_car(np.array([[1.0, 10.0], [1.0, 10.0]]), np.array([False, True]), slow)
    assert minutes.tolist() == [[12.0, 78.0], [12.0, 98.0]]


def test_straight_lines_are_those_of_the_globe():
    def slow(a, b):
        (north, east), (north2, east2) = np.radians(a), np.radians(b)
        cosine = np.sin(north) * np.sin(north2) + np.cos(north) * np.cos(north2) * np.cos(east - east2)
        return 6371.0 * np.arccos(min(cosine, 1.0))

    expected = [[slow(a, b) for b in SITES] for a in POINTS]
    assert travel.straight_km(POINTS, SITES) == pytest.approx(np.array(expected), rel=2e-3, abs=1e-3)


def test_a_matrix_is_read_in_the_order_asked_for():
    text = "from,to,minutes,km\nB,Y,4,1\nA,Y,2,1\nA,X,1,1\nB,X,,1\nC,X,9,1\n"
    assert travel.read_matrix(text, ["A", "B"], ["X", "Y"]).tolist() == [[1, 2], [np.inf, 4]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from,minutes\n", "line 1: no column to"),
        ("from,to,minutes\nA,X,1\nA,X,2\n", "line 3: A to X is there twice"),
        ("from,to,minutes\nA,X,1\nA,Y,ten\n", "line 3: 'ten' is no number"),
        ("from,to,minutes\nA,X,-1\n", "line 2: '-1' is no number"),
        ("from,to,minutes\nA,X,1\n", "1 pairs are missing, the first from A to Y"),
        ("", "line 1: no column"),
    ],
)
def test_a_wrong_matrix_is_refused_with_its_line(text, words):
    with pytest.raises(ValueError, match=words):
        travel.read_matrix(text, ["A"], ["X", "Y"])


class Fake(BaseHTTPRequestHandler):
    """A router that drives 60 seconds a hundredth of a degree, answering as OSRM and Valhalla document."""

    def do_GET(self):
        way, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        places = [tuple(map(float, one.split(","))) for one in way.rsplit("/", 1)[1].split(";")]
        assert way.startswith("/table/v1/driving/")
        rows, columns = ([int(n) for n in query[name][0].split(";")] for name in ("sources", "destinations"))
        if len(places) > routing.PLACES:
            return self.answer({"code": "TooBig", "message": "Too many table coordinates"})
        return self.answer(
            {"code": "Ok", "durations": [[self.seconds(places[a], places[b]) for b in columns] for a in rows]}
        )

    def do_POST(self):
        ask = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ends = [[(one["lon"], one["lat"]) for one in ask[name]] for name in ("sources", "targets")]
        self.answer({"sources_to_targets": [[{"time": self.seconds(a, b)} for b in ends[1]] for a in ends[0]]})

    def seconds(self, a, b):
        return None if b == (0.0, 0.0) else round(6000 * (abs(a[0] - b[0]) + abs(a[1] - b[1])), 3)

    def answer(self, body):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *words):
        """Nothing: tests are silent."""


@pytest.fixture
def address():
    server = HTTPServer(("127.0.0.1", 0), Fake)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(address, body):
    with urlopen(Request(address, data=body)) as answer:
        return answer.read()


@pytest.mark.parametrize("router", [routing.Osrm, routing.Valhalla])
def test_a_router_is_asked_in_blocks_that_it_allows(router, address):
    points = np.array([[51 + n / 1000, 0.5] for n in range(60)])
    sites = np.array([[51.0, 0.5], [51.0, 0.6], [0.0, 0.0]])
    minutes = router(address, fetch).minutes(points, sites)
    assert minutes[:, 0] == pytest.approx(np.arange(60) / 10)
    assert minutes[:, 1] == pytest.approx(np.arange(60) / 10 + 10)
    assert np.isinf(minutes[:, 2]).all()


@pytest.mark.parametrize("router", [routing.Osrm, routing.Valhalla])
@pytest.mark.parametrize("body", [b'{"code": "InvalidQuery", "error": "no"}', b"<html>", b"[]"])
def test_a_router_without_a_table_is_said_to_have_none(router, body):
    with pytest.raises(ValueError, match="look at its address"):
        router("http://here", lambda address, asked: body).minutes(POINTS, SITES)

"""The library's own embedders: hashing, and servers that speak OpenAI's protocol."""

import http.server
import json
import threading

import numpy
import pytest
import skg

from conftest import SMALL


def test_hashing(tmp_path):
    hashing = skg.hashing_embedder(64)
    assert (hashing.dimension, hashing.name) == (64, "hashing")
    vectors = hashing.embed(["a small cat", "a little cat", "planets"])
    assert vectors.shape == (3, 64) and vectors.dtype == numpy.float32
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > likeness[0, 2]
    assert hashing.embed([]).shape == (0, 64) and "hashing" in repr(hashing)
    with skg.open(tmp_path / "data", embedders={"words": hashing}, **SMALL) as engine:
        graph = engine.graph()
        graph.create_vector_index(embedder="words", dimension=64, auto_embed=True)
        graph.add("a small cat", "is", "alive")
        graph.wait_for_embeddings(timeout=60)
        assert graph.search_vectors("small cats", top_k=1)[0].owner == "a small cat"
    with pytest.raises(skg.InvalidArgumentError):
        skg.hashing_embedder(3)


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.seen.append((self.path, self.headers["Authorization"], asked["model"]))
            answer = json.dumps({"object": "list", "model": asked["model"], "data": [
                {"object": "embedding", "index": i, "embedding": [len(text), 1]}
                for i, text in enumerate(asked["input"])]}).encode()
            self.send_response(self.server.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.seen, running.status = [], 200
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_http(server):
    url = f"http://127.0.0.1:{server.server_port}"
    embedder = skg.http_embedder(base_url=url, model="tiny", dimension=2, api_key="key")
    assert embedder.name == "tiny"
    assert embedder.embed(["a", "bcd"]).tolist() == [[1, 1], [3, 1]]
    assert server.seen == [("/v1/embeddings", "Bearer key", "tiny")]
    server.status = 401
    with pytest.raises(skg.PermissionDeniedError):
        embedder.embed(["a"])
    server.status = 500
    patient = skg.http_embedder(
        base_url=url, model="m", dimension=2, most_attempts=2, first_pause=0.01,
        request_timeout=5)
    with pytest.raises(skg.UnavailableError):
        patient.embed(["a"], timeout=20)
    with pytest.raises(skg.InvalidArgumentError) as caught:
        skg.http_embedder(base_url="ftp://x", model="m")
    assert caught.value.fields[0].path == ("base_url",)
